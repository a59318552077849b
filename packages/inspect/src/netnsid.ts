import { Netlink } from '@ns/netlink'
import type { Namespace } from '@ns/syscalls'

/**
 * The number that our network namespace has for another.
 *
 * @throws {NetlinkError}
 * @see rtnetlink(7), RTM_GETNSID
 */
export function readNetnsid(namespace: Namespace): number | 'unassigned' {
  using netlink = Netlink.open()
  return netlink.netnsIds.get(namespace) ?? 'unassigned'
}
