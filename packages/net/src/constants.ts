// include/uapi/linux: if.h, sockios.h, in6.h; include/linux/socket.h

export const LOOPBACK = 'lo'
export const IFF_UP = 1
export const SIOCSIFFLAGS = 0x8914
export const AF = { INET: 2, INET6: 10 } as const
export const SO_REUSEADDR = 2
export const IPPROTO_IPV6 = 41
export const IPV6_V6ONLY = 26
export const NETLINK_ROUTE = 0
