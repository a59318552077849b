import { invalidOption } from '@ns/syscalls'
import type { Subnets } from '../addresses.ts'
import type { Backend } from '../backends/fabric.ts'
import { type Impairment, impairmentKeys } from '../impairment.ts'

/** What a network is to be. */
export interface NetworkOptions extends Impairment {
  /** Bytes. @default 1500 */
  readonly mtu?: number | undefined
  /** One of each family at most. @default `10.0.N.0/24` and `fd6e:736c:6162:N::/64` */
  readonly subnets?: Subnets | undefined
  /** Of nodes, by name, with prefix length: `{ a: ['192.0.2.7/24'] }` @default the first that are free, in the order of the nodes */
  readonly addresses?: Readonly<Record<string, readonly string[]>> | undefined
  /** @default the lab's */
  readonly backend?: Backend | undefined
}

/** What can be changed while traffic flows. */
export type NetworkChanges = Impairment & Pick<NetworkOptions, 'mtu'>

/** Keys of `NetworkChanges`. */
export const changeKeys: readonly string[] = [...impairmentKeys, 'mtu']

/** Keys of `NetworkOptions`. */
export const networkKeys: readonly string[] = [...changeKeys, 'subnets', 'addresses', 'backend']

/** The kernel's own least for IPv4, and that of IPv6, below which a link loses its addresses (RFC 8200). */
const LEAST_MTU = { ipv4: 68, ipv6: 1280 } as const

/** @throws {NamespaceError} `ERR_NS_INVALID_OPTION` */
export function checkMtu(mtu: number, hasIpv6: boolean): number {
  const least = hasIpv6 ? LEAST_MTU.ipv6 : LEAST_MTU.ipv4
  if (Number.isInteger(mtu) && mtu >= least && mtu <= 65_521) return mtu
  const why = hasIpv6 ? ' by IPv6; for less, give subnets of IPv4 alone' : ''
  throw invalidOption(`mtu: from ${least} to 65521 bytes are wanted${why}`, 'net')
}
