// include/uapi/linux: socket.h, in.h, in6.h, netfilter_ipv4.h, netfilter_ipv6/ip6_tables.h, netfilter/nfnetlink_log.h

export const AF_INET = 2
export const AF_INET6 = 10
export const SO_PEERCRED = 17
export const SOL_IP = 0
export const IP_PKTINFO = 8
export const SOL_IPV6 = 41
export const IPV6_RECVPKTINFO = 49
export const IPV6_PKTINFO = 50
export const IPV6_FREEBIND = 78
/** The same number for both, as IP6T_SO_ORIGINAL_DST. */
export const SO_ORIGINAL_DST = 80
export const NFNL_SUBSYS_ULOG = 4
export const NFULNL_MSG = { PACKET: 0, CONFIG: 1 } as const
export const NFULA = { PAYLOAD: 9 } as const
export const NFULA_CFG = { CMD: 1, MODE: 2, QTHRESH: 5 } as const
export const NFULNL_CFG_CMD_BIND = 1
export const NFULNL_COPY_PACKET = 2
/** RFC 1035 */
export const DNS_PORT = 53
