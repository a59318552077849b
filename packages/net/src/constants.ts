// include/uapi/linux: if.h, sockios.h, netlink.h, rtnetlink.h, if_link.h, if_addr.h

export const LOOPBACK = 'lo'
export const IFF_UP = 1
export const SIOCSIFFLAGS = 0x8914
export const AF_NETLINK = 16
export const SOCK_RAW = 3
export const NETLINK_ROUTE = 0
export const NLM_F = { REQUEST: 1, DUMP: 0x300 } as const
export const NLMSG = { ERROR: 2, DONE: 3, HEADER: 16 } as const
export const RTM = { NEWLINK: 16, GETLINK: 18, NEWADDR: 20, GETADDR: 22 } as const
export const IFINFOMSG_SIZE = 16
export const IFADDRMSG_SIZE = 8
export const IFLA = { ADDRESS: 1, IFNAME: 3, MTU: 4, OPERSTATE: 16 } as const
export const IFA = { ADDRESS: 1, LOCAL: 2 } as const
