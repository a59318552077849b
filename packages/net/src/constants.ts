// include/uapi/linux: if.h, sockios.h

export const LOOPBACK = 'lo'
export const IFF_UP = 1
export const SIOCSIFFLAGS = 0x8914
