import type { Netlink, veth } from '@ns/netlink'
import type { NetNs } from '../net-ns/net-ns.ts'

/** One end of a pair of links. */
export interface LinkEnd {
  /** Where it is. */
  readonly ns: NetNs
  /** At most 15 bytes. */
  readonly name: string
  /** `'10.0.0.2/24'`, `'2001:db8::2/64'` */
  readonly addresses?: readonly string[] | undefined
  /** `'02:42:ac:11:00:02'` @default by the kernel */
  readonly mac?: string | undefined
}

/** What both ends of a pair have. */
export interface PairOptions {
  /** Bytes. @default 1500 */
  readonly mtu?: number | undefined
}

/** Its addresses, usable at once: IPv6 would look for others who have them for a second. */
export function addAddresses(
  { addresses }: Netlink,
  dev: string | number,
  list: readonly string[] = [],
): void {
  for (const address of list) addresses.add({ dev, address, noDad: true })
}

/**
 * Makes a pair, each end born where it belongs, and up. If something is refused there is nothing of it.
 *
 * @returns the index of the first end
 */
export function makePair(
  make: typeof veth,
  [first, second]: readonly [LinkEnd, LinkEnd],
  [here, there]: readonly [Netlink, Netlink],
  { mtu, master }: PairOptions & { readonly master?: string },
): number {
  const { name, mac } = second
  const peer = { name, mac, mtu, netns: second.ns.namespace }
  const { index } = here.links.add(make({ name: first.name, mac: first.mac, mtu, master, peer }))
  try {
    here.links.set(index, { up: true })
    there.links.set(name, { up: true })
    addAddresses(here, index, first.addresses)
    addAddresses(there, name, second.addresses)
    return index
  } catch (error) {
    here.links.remove(index)
    throw error
  }
}
