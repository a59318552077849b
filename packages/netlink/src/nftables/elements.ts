import { type Attribute, nested, text } from '../codec/attribute.ts'
import { NLM_F } from '../codec/constants.ts'
import { type Change, nft, type Table } from './change.ts'
import { NFTA_SET_ELEM_LIST } from './constants.ts'

// What sets and maps have in common: to the kernel a map is a set.

/** nft's own numbers of what keys and values are, and their bytes; the kernel keeps the numbers and compares the bytes. */
export const kinds = {
  ip: { type: 7, size: 4 },
  ip6: { type: 8, size: 16 },
  port: { type: 13, size: 2 },
  mark: { type: 19, size: 4 },
  link: { type: 41, size: 16 },
} as const

/** Entries of one message: their list is one attribute, of 64 KiB at most. */
const AT_ONCE = 250

/** Adds or removes what is in a set, as many messages as it takes; an entry is one element or more. */
export function changeElements(
  call: 'NEWSETELEM' | 'DELSETELEM',
  table: Table,
  set: string,
  entries: readonly (readonly Attribute[])[],
): Change[] {
  const flags = call === 'NEWSETELEM' ? NLM_F.CREATE : 0
  const messages = Math.ceil(entries.length / AT_ONCE)
  return Array.from({ length: messages }, (_, i) => {
    const attributes = [
      text(NFTA_SET_ELEM_LIST, 'TABLE', table.name),
      text(NFTA_SET_ELEM_LIST, 'SET', set),
      nested(NFTA_SET_ELEM_LIST, 'ELEMENTS', entries.slice(i * AT_ONCE, (i + 1) * AT_ONCE).flat()),
    ]
    return nft(call, table.family, attributes, { flags, subject: `${table.name} ${set}` })
  })
}
