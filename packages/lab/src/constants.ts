// include/uapi/linux: if_ether.h, if_packet.h, if_link.h, if_tun.h; include/linux/socket.h; asm-generic/socket.h

export const AF_PACKET = 17
export const ETH_P_ALL = 3
export const SOL_PACKET = 263
export const PACKET = { VNET_HDR: 15, IGNORE_OUTGOING: 23 } as const
export const SO = { SNDBUF: 7, RCVBUF: 8, SNDBUFFORCE: 32, RCVBUFFORCE: 33 } as const
export const TUNSETOFFLOAD = 0x400454d0
export const TUNSETCARRIER = 0x400454e2
export const TUN_F = { CSUM: 1, TSO4: 2, TSO6: 4 } as const
export const RTM_NEWLINK = 16
export const IFLA = { GSO_MAX_SEGS: 40 } as const
export const GSO_MAX_SEGS = 65_535
/** Bytes of `struct virtio_net_hdr`, which stands in front of a frame: checksums and segments that are still to be made. */
export const VIRTIO_NET_HDR = 10
/** Bytes of an ethernet header. */
export const ETH_HLEN = 14
/** Of what is read or written at once. */
export const LONGEST_FRAME: number = VIRTIO_NET_HDR + ETH_HLEN + 65_536
