import { invalidOption } from '@ns/syscalls'
import { type Attribute, be32, text } from '../codec/attribute.ts'
import { NFTA_VERDICT, VERDICT } from './constants.ts'

/** What becomes of a packet; `jump` comes back at the chain's end, `goto` doesn't. */
export type Verdict =
  | 'accept'
  | 'drop'
  | 'return'
  | { readonly jump: string }
  | { readonly goto: string }

/** A verdict as expressions and elements of maps carry it. */
export function verdictAttributes(verdict: Verdict): Attribute[] {
  if (typeof verdict === 'string') return [be32(NFTA_VERDICT, 'CODE', codeOf(verdict))]
  const [code = '', chain] = Object.entries(verdict)[0] ?? []
  if ((code !== 'jump' && code !== 'goto') || !chain)
    throw invalidOption('jump: the name of a chain is wanted', 'net')
  return [be32(NFTA_VERDICT, 'CODE', codeOf(code)), text(NFTA_VERDICT, 'CHAIN', chain)]
}

function codeOf(verdict: keyof typeof VERDICT): number {
  const code = VERDICT[verdict]
  if (code === undefined) throw invalidOption(`verdict: unknown: ${verdict}`, 'net')
  return code >>> 0
}
