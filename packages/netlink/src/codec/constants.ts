// include/uapi/linux/netlink.h

/** Flags of a message: of requests, of `GET`s, of `NEW`s, of `DEL`s, and of answers. */
export const NLM_F = {
  REQUEST: 1,
  MULTI: 2,
  ACK: 4,
  ECHO: 8,
  DUMP_INTR: 0x10,
  DUMP: 0x300,
  REPLACE: 0x100,
  EXCL: 0x200,
  CREATE: 0x400,
  APPEND: 0x800,
  NONREC: 0x100,
  CAPPED: 0x100,
  ACK_TLVS: 0x200,
} as const

/** Types of messages that every protocol has. */
export const NLMSG = { NOOP: 1, ERROR: 2, DONE: 3, OVERRUN: 4 } as const

/** Bytes of `struct nlmsghdr`. */
export const NLMSG_HDRLEN = 16

/** Bytes of `struct nlattr`. */
export const NLA_HDRLEN = 4

export const NLA_F = { NESTED: 0x8000, NET_BYTEORDER: 0x4000 } as const

/** What is left of an attribute's type without its flags. */
export const NLA_TYPE_MASK = 0x3fff

/** Messages and attributes begin at multiples of four bytes. */
export function align(length: number): number {
  return Math.ceil(length / 4) * 4 // no bits: a hostile length has 32 of them
}
