import { NFPROTO } from './constants.ts'
import { compare, meta, type Statement } from './expression.ts'

/** Where addresses stand in the network header. */
export const places = {
  ip: { source: { offset: 12, size: 4 }, destination: { offset: 16, size: 4 } },
  ip6: { source: { offset: 8, size: 16 }, destination: { offset: 24, size: 16 } },
} as const

/** The packet is of IPv4, or of IPv6. */
export function isFamily(family: 'ip' | 'ip6'): Statement {
  return [meta('NFPROTO'), compare('EQ', Buffer.from([NFPROTO[family]]))]
}
