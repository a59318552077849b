// include/uapi/linux/netfilter/nfnetlink.h, nf_tables.h, include/uapi/linux/netfilter.h

/** The subsystem: the upper byte of a message's type. */
export const NFNL_SUBSYS_NFTABLES = 10
export const NFNL_MSG_BATCH = { BEGIN: 0x10, END: 0x11 } as const

/** Which packets a table sees. */
export const NFPROTO = { inet: 1, ip: 2, arp: 3, netdev: 5, bridge: 7, ip6: 10 } as const

export const NFT_MSG = {
  NEWTABLE: 0,
  GETTABLE: 1,
  DELTABLE: 2,
  NEWCHAIN: 3,
  GETCHAIN: 4,
  DELCHAIN: 5,
  NEWRULE: 6,
  GETRULE: 7,
  DELRULE: 8,
  NEWSET: 9,
  DELSET: 11,
  NEWSETELEM: 12,
  GETSETELEM: 13,
  DELSETELEM: 14,
} as const

export const NFTA_TABLE = { NAME: 1, FLAGS: 2, USE: 3, HANDLE: 4 } as const
export const NFTA_CHAIN = {
  TABLE: 1,
  HANDLE: 2,
  NAME: 3,
  HOOK: 4,
  POLICY: 5,
  USE: 6,
  TYPE: 7,
} as const
export const NFTA_HOOK = { HOOKNUM: 1, PRIORITY: 2, DEV: 3 } as const
export const NFTA_RULE = {
  TABLE: 1,
  CHAIN: 2,
  HANDLE: 3,
  EXPRESSIONS: 4,
  POSITION: 6,
  USERDATA: 7,
} as const
export const NFTA_SET = {
  TABLE: 1,
  NAME: 2,
  FLAGS: 3,
  KEY_TYPE: 4,
  KEY_LEN: 5,
  DATA_TYPE: 6,
  DATA_LEN: 7,
  ID: 10,
} as const
export const NFT_SET = { INTERVAL: 4, MAP: 8 } as const
/** The type of a map's values that are verdicts. */
export const NFT_DATA_VERDICT = 0xffffff00
export const NFTA_SET_ELEM_LIST = { TABLE: 1, SET: 2, ELEMENTS: 3 } as const
export const NFTA_SET_ELEM = { KEY: 1, DATA: 2, FLAGS: 3 } as const
export const NFT_SET_ELEM_INTERVAL_END = 1
export const NFTA_LIST = { ELEM: 1 } as const
export const NFTA_EXPR = { NAME: 1, DATA: 2 } as const
export const NFTA_DATA = { VALUE: 1, VERDICT: 2 } as const
export const NFTA_VERDICT = { CODE: 1, CHAIN: 2 } as const

/** What becomes of a packet. */
export const VERDICT = { drop: 0, accept: 1, jump: -3, goto: -4, return: -5 } as const

/** Registers of a rule: verdicts go into the first, values of up to 16 bytes into the others. */
export const NFT_REG = { VERDICT: 0, _1: 1, _2: 2 } as const

// The expressions' own attributes.
export const NFTA_IMMEDIATE = { DREG: 1, DATA: 2 } as const
export const NFTA_CMP = { SREG: 1, OP: 2, DATA: 3 } as const
export const NFT_CMP = { EQ: 0, NEQ: 1, LT: 2, LTE: 3, GT: 4, GTE: 5 } as const
export const NFTA_RANGE = { SREG: 1, OP: 2, FROM: 3, TO: 4 } as const
export const NFTA_PAYLOAD = { DREG: 1, BASE: 2, OFFSET: 3, LEN: 4 } as const
export const NFT_PAYLOAD = { LINK: 0, NETWORK: 1, TRANSPORT: 2 } as const
export const NFTA_META = { DREG: 1, KEY: 2, SREG: 3 } as const
export const NFT_META = {
  MARK: 3,
  IIFNAME: 6,
  OIFNAME: 7,
  SKUID: 10,
  SKGID: 11,
  NFPROTO: 15,
  L4PROTO: 16,
} as const
export const NFTA_BITWISE = { SREG: 1, DREG: 2, LEN: 3, MASK: 4, XOR: 5 } as const
export const NFTA_BYTEORDER = { SREG: 1, DREG: 2, OP: 3, LEN: 4, SIZE: 5 } as const
export const NFT_BYTEORDER_HTON = 1
export const NFTA_LOOKUP = { SET: 1, SREG: 2, DREG: 3, FLAGS: 5 } as const
export const NFTA_COUNTER = { BYTES: 1, PACKETS: 2 } as const
export const NFTA_LIMIT = { RATE: 1, UNIT: 2, BURST: 3, TYPE: 4, FLAGS: 5 } as const
export const NFTA_LOG = { GROUP: 1, PREFIX: 2 } as const
export const NFTA_REJECT = { TYPE: 1, ICMP_CODE: 2 } as const
export const NFTA_REDIR = { REG_PROTO_MIN: 1, REG_PROTO_MAX: 2 } as const
export const NFTA_NAT = {
  TYPE: 1,
  FAMILY: 2,
  REG_ADDR_MIN: 3,
  REG_ADDR_MAX: 4,
  REG_PROTO_MIN: 5,
  REG_PROTO_MAX: 6,
} as const
export const NFT_NAT = { SNAT: 0, DNAT: 1 } as const
export const NFTA_NG = { DREG: 1, MODULUS: 2, TYPE: 3 } as const
export const NFT_NG = { INCREMENTAL: 0, RANDOM: 1 } as const
export const NFTA_CT = { DREG: 1, KEY: 2 } as const
export const NFT_CT_STATE = 0
export const NFTA_FIB = { DREG: 1, RESULT: 2, FLAGS: 3 } as const
export const NFT_FIB_RESULT_ADDRTYPE = 3
export const NFTA_FIB_F_DADDR = 2
/** `rtnetlink.h` */
export const RTN_LOCAL = 2
