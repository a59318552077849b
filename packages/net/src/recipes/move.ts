import type { Netlink } from '@ns/netlink'
import type { Namespace } from '@ns/syscalls'
import { addAddresses } from './ends.ts'
import type { MoveOptions } from './links.ts'

/** Where a link is moved. */
export interface Destination {
  readonly netlink: Netlink
  readonly netns: Namespace
}

/** `rtnetlink(7)`, RT_SCOPE_LINK: the kernel makes such addresses of IPv6 itself. */
const LINK_SCOPE = 253

/** The addresses of a link that the kernel does not make itself. */
export function keptAddresses({ addresses }: Netlink, dev: number): string[] {
  return addresses
    .list({ dev })
    .filter(({ family, scope }) => !(family === 'ipv6' && scope === LINK_SCOPE))
    .map(({ address }) => address)
}

/** Moves a link as it is, with what `options` change. What is refused is undone: it is back then, as it was. */
export function move(
  from: Netlink,
  ref: string | number,
  to: Destination,
  { name, addresses, mtu }: MoveOptions,
  home: Namespace,
): number {
  const was = from.links.get(ref)
  const its = keptAddresses(from, was.index)
  const there = name ?? was.name
  from.links.set(was.index, { netns: to.netns, name: there })
  try {
    const { index } = to.netlink.links.get(there)
    to.netlink.links.set(index, { up: was.up, ...(mtu === undefined ? {} : { mtu }) })
    addAddresses(to.netlink, index, addresses ?? its)
    return index
  } catch (error) {
    to.netlink.links.set(there, { netns: home, name: was.name, mtu: was.mtu })
    from.links.set(was.name, { up: was.up })
    addAddresses(from, was.name, its)
    throw error
  }
}
