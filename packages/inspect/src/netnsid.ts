import { NETLINK_PROTOCOL, NetlinkSocket, splitPayload, u32 } from '@ns/netlink'
import type { Namespace } from '@ns/syscalls'

// include/uapi/linux: rtnetlink.h, net_namespace.h
const RTM_GETNSID = 90
/** `struct rtgenmsg` */
const HEADER = 1
const NETNSA = { NSID: 1, FD: 3 } as const
const NOT_ASSIGNED = -1

/**
 * The number that our network namespace has for another.
 *
 * @throws {NetlinkError}
 * @see rtnetlink(7), RTM_GETNSID
 */
export function readNetnsid(namespace: Namespace): number | 'unassigned' {
  using socket = NetlinkSocket.open(NETLINK_PROTOCOL.ROUTE)
  const [answer] = socket.request({
    name: 'RTM_GETNSID',
    subject: `${namespace}`,
    type: RTM_GETNSID,
    header: Buffer.alloc(HEADER),
    attributes: [u32(NETNSA, 'FD', namespace.fd)],
  })
  const number = answer && splitPayload(answer, HEADER).attributes.s32(NETNSA.NSID)
  return number === undefined || number === NOT_ASSIGNED ? 'unassigned' : number
}
