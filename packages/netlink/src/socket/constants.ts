// include/uapi/linux/netlink.h, include/linux/socket.h

export const SOL_NETLINK = 270
/** Options of a netlink socket. */
export const NETLINK = {
  ADD_MEMBERSHIP: 1,
  CAP_ACK: 10,
  EXT_ACK: 11,
  GET_STRICT_CHK: 12,
} as const
export const MSG_PEEK = 2
export const MSG_TRUNC = 0x20
/** Which subsystem a socket speaks to. */
export const NETLINK_PROTOCOL = { ROUTE: 0, NETFILTER: 12, GENERIC: 16 } as const
