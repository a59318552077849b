import { close, count, descriptor, type Namespace, SOCK, succeed } from '@ns/syscalls'

// include/uapi/linux: socket.h, netlink.h, rtnetlink.h, net_namespace.h
const AF_NETLINK = 16
const SOCK_RAW = 3
const NETLINK_ROUTE = 0
const NLM_F_REQUEST = 1
const RTM = { NEWNSID: 88, GETNSID: 90 } as const
const NETNSA = { NSID: 1, FD: 3 } as const
/** `struct nlmsghdr`, and `struct rtgenmsg` with its padding: attributes stand behind them. */
const HEADERS = 16 + 4

/**
 * The number that our network namespace has for another.
 *
 * @throws {SyscallError}
 * @see rtnetlink(7), RTM_GETNSID
 */
export function readNetnsid(namespace: Namespace): number | 'unassigned' {
  const request = Buffer.alloc(HEADERS + 8)
  request.writeUInt32LE(request.length, 0)
  request.writeUInt16LE(RTM.GETNSID, 4)
  request.writeUInt16LE(NLM_F_REQUEST, 6)
  request.writeUInt16LE(8, HEADERS)
  request.writeUInt16LE(NETNSA.FD, HEADERS + 2)
  request.writeInt32LE(namespace.fd, HEADERS + 4)
  const answer = Buffer.alloc(256)
  const socket = descriptor({}, 'socket', AF_NETLINK, SOCK_RAW | SOCK.CLOEXEC, NETLINK_ROUTE)
  try {
    succeed({}, 'sendto', socket, request, request.length, 0, null, 0)
    count({}, 'recvfrom', socket, answer, answer.length, 0, null, null) // answered in the same call
  } finally {
    close(socket)
  }
  const hasNumber =
    answer.readUInt16LE(4) === RTM.NEWNSID && answer.readUInt16LE(HEADERS + 2) === NETNSA.NSID
  const number = hasNumber ? answer.readInt32LE(HEADERS + 4) : -1 // NETNSA_NSID_NOT_ASSIGNED
  return number === -1 ? 'unassigned' : number
}
