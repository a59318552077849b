import { checkKeys, invalidOption } from '@ns/syscalls'
import { type Attribute, bytes, nested, text, u32 } from '../codec/attribute.ts'
import { given, ifGiven } from '../codec/optional.ts'
import { type FilterPlace, type NewFilter, placeKeys } from './filters.ts'
import { handleNumber, TCA } from './tcmsg.ts'

// include/uapi/linux/pkt_cls.h, tc_act/tc_mirred.h

const TCA_U32 = { CLASSID: 1, SEL: 5, ACT: 7 } as const
const TC_U32_TERMINAL = 1
const TCA_ACT = { KIND: 1, OPTIONS: 2 } as const
const TCA_MIRRED = { PARMS: 2 } as const
const TC_ACT = { PIPE: 3, STOLEN: 4 } as const
const directions = {
  egress: { redirect: 1, mirror: 2 },
  ingress: { redirect: 3, mirror: 4 },
} as const

/** Four bytes of a packet, from the begin of its network header. */
export interface U32Match {
  /** Bytes, a multiple of four. */
  readonly offset: number
  readonly value: number
  /** The bits that count. @default all */
  readonly mask?: number | undefined
}

/** What becomes of a packet that matches. */
export interface U32Options extends FilterPlace {
  /** All have to match. @default none: every packet does */
  readonly match?: readonly U32Match[] | undefined
  /** The class that it is put into: `'1:10'`. */
  readonly classId?: string | undefined
  /** Another link to send it out of, or to make it arrive at. */
  readonly redirect?: MirredTarget | undefined
  /** A link that gets a copy. */
  readonly mirror?: MirredTarget | undefined
}

/** A link as the target of an action. */
export interface MirredTarget {
  /** Index. */
  readonly dev: number
  /** @default 'egress' */
  readonly direction?: keyof typeof directions | undefined
}

/**
 * A filter that looks at bytes.
 *
 * @see tc-u32(8), tc-mirred(8)
 */
export function u32Filter(options: U32Options): NewFilter {
  const keys = [...placeKeys, 'match', 'classId', 'redirect', 'mirror']
  checkKeys('u32', options, keys, 'net')
  const { match = [], classId, redirect, mirror, dev, parent, priority, protocol } = options
  const actions = [
    ...(mirror ? [mirred(mirror, 'mirror')] : []),
    ...(redirect ? [mirred(redirect, 'redirect')] : []),
  ]
  const attributes = [
    ...ifGiven(classId, (it) => u32(TCA_U32, 'CLASSID', handleNumber('u32.classId', it))),
    ...(actions.length > 0 ? [nested(TCA_U32, 'ACT', actions.map(numbered))] : []),
    bytes(TCA_U32, 'SEL', selector(match)),
  ]
  return {
    dev,
    ...given('parent', parent),
    ...given('priority', priority),
    ...given('protocol', protocol),
    kind: 'u32',
    options: nested(TCA, 'OPTIONS', attributes),
  }
}

/** struct tc_u32_sel with its keys, in network order; without any, one that every packet matches. */
function selector(match: readonly U32Match[]): Buffer {
  const all = match.length === 0 ? [{ offset: 0, value: 0, mask: 0 }] : match
  if (all.length > 128) throw invalidOption('u32.match: at most 128 are possible', 'net')
  const memory = Buffer.alloc(16 + all.length * 16)
  memory.writeUInt8(TC_U32_TERMINAL, 0)
  memory.writeUInt8(all.length, 2)
  all.forEach(({ offset, value, mask = 0xffffffff }, i) => {
    if (!Number.isInteger(offset) || offset % 4 !== 0)
      throw invalidOption('u32.match: an offset that is a multiple of 4 is wanted', 'net')
    memory.writeUInt32BE(mask, 16 + i * 16)
    memory.writeUInt32BE((value & mask) >>> 0, 20 + i * 16)
    memory.writeInt32LE(offset, 24 + i * 16)
  })
  return memory
}

function mirred({ dev, direction = 'egress' }: MirredTarget, what: 'redirect' | 'mirror') {
  if (!Object.hasOwn(directions, direction))
    throw invalidOption(`u32.${what}.direction: 'egress' or 'ingress' is wanted`, 'net')
  const parameters = Buffer.alloc(28) // struct tc_mirred
  parameters.writeInt32LE(what === 'redirect' ? TC_ACT.STOLEN : TC_ACT.PIPE, 8)
  parameters.writeInt32LE(directions[direction][what], 20)
  parameters.writeUInt32LE(dev, 24)
  return [
    text(TCA_ACT, 'KIND', 'mirred'),
    nested(TCA_ACT, 'OPTIONS', [bytes(TCA_MIRRED, 'PARMS', parameters)]),
  ]
}

/** Actions are attributes by their order, from 1. */
function numbered(action: readonly Attribute[], i: number): Attribute {
  return nested({ [`action ${i + 1}`]: i + 1 }, `action ${i + 1}`, action)
}
