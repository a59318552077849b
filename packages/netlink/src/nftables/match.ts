import { invalidOption } from '@ns/syscalls'
import { be32, text } from '../codec/attribute.ts'
import { AF, parseCidr } from '../text/ip.ts'
import {
  NFPROTO,
  NFT_BYTEORDER_HTON,
  NFT_CT_STATE,
  NFT_NG,
  NFT_PAYLOAD,
  NFT_REG,
  NFTA_BITWISE,
  NFTA_BYTEORDER,
  NFTA_CT,
  NFTA_LOOKUP,
  NFTA_NG,
  NFTA_PAYLOAD,
  NFTA_RANGE,
} from './constants.ts'
import { compare, type Expression, meta, type Statement, value } from './expression.ts'

const IPPROTO = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58 } as const
/** include/uapi/linux/netfilter/nf_tables.h; bits as conntrack has them. */
const states = { invalid: 1, established: 2, related: 4, new: 8, untracked: 64 } as const

/** What a port has to be: one, or from one to another. */
export type Ports = number | readonly [number, number]

/** The source address is this one, or in this network: `'10.0.0.0/24'`. */
export function from(network: string): Statement {
  return address(network, 'source')
}

/** The destination address is this one, or in this network. */
export function to(network: string): Statement {
  return address(network, 'destination')
}

/** The destination address, of IPv4 or IPv6, is an element of this set. */
export function toSet(name: string, family: 'ip' | 'ip6'): Statement {
  const { offset, size } = places[family].destination
  return [
    ...isFamily(family),
    load(NFT_PAYLOAD.NETWORK, offset, size),
    {
      name: 'lookup',
      data: [text(NFTA_LOOKUP, 'SET', name), be32(NFTA_LOOKUP, 'SREG', NFT_REG._1)],
    },
  ]
}

/** TCP, UDP or ICMP; with a port, that of the destination. */
export function protocol(name: keyof typeof IPPROTO, ports?: Ports): Statement {
  if (!(name in IPPROTO))
    throw invalidOption(`protocol: ${name} is none of ${Object.keys(IPPROTO)}`, 'net')
  const isProtocol = [meta('L4PROTO'), compare('EQ', Buffer.from([IPPROTO[name]]))]
  if (ports === undefined) return isProtocol
  const [first, last] = typeof ports === 'number' ? [ports, ports] : ports
  const loadPort = load(NFT_PAYLOAD.TRANSPORT, 2, 2)
  const inside = first === last ? compare('EQ', port(first)) : range(port(first), port(last))
  return [...isProtocol, loadPort, inside]
}

/** The packet came in by this link. */
export function input(link: string): Statement {
  return [meta('IIFNAME'), compare('EQ', name16(link))]
}

/** The packet leaves by this link. */
export function output(link: string): Statement {
  return [meta('OIFNAME'), compare('EQ', name16(link))]
}

/** The socket that sent it is this user's: the id as the machine's first namespace has it. */
export function socketUser(uid: number): Statement {
  return [meta('SKUID'), compare('EQ', host32(uid))]
}

/** The firewall mark is this one. */
export function mark(number: number): Statement {
  return [meta('MARK'), compare('EQ', host32(number))]
}

/** The connection that it belongs to is in one of these states. */
export function state(...wanted: readonly (keyof typeof states)[]): Statement {
  const unknown = wanted.find((one) => !(one in states))
  if (unknown !== undefined || wanted.length === 0)
    throw invalidOption(`state: one of ${Object.keys(states)} is wanted`, 'net')
  const bits = wanted.reduce((all, one) => all | states[one], 0)
  return [
    {
      name: 'ct',
      data: [be32(NFTA_CT, 'KEY', NFT_CT_STATE), be32(NFTA_CT, 'DREG', NFT_REG._1)],
    },
    mask(host32(bits)),
    compare('NEQ', host32(0)),
  ]
}

/** Holds at random: for `0.1` for every tenth packet. */
export function chance(share: number): Statement {
  const modulus = 2 ** 24
  if (!(share >= 0 && share <= 1)) throw invalidOption('chance: from 0 to 1', 'net')
  const limit = Buffer.alloc(4)
  limit.writeUInt32BE(Math.round(share * modulus))
  return [
    {
      name: 'numgen',
      data: [
        be32(NFTA_NG, 'DREG', NFT_REG._1),
        be32(NFTA_NG, 'MODULUS', modulus),
        be32(NFTA_NG, 'TYPE', NFT_NG.RANDOM),
      ],
    },
    toNetworkOrder, // `lt` compares bytes
    compare('LT', limit),
  ]
}

/** Every so many packets one, beginning with the first. */
export function everyNth(count: number): Statement {
  return [
    {
      name: 'numgen',
      data: [
        be32(NFTA_NG, 'DREG', NFT_REG._1),
        be32(NFTA_NG, 'MODULUS', count),
        be32(NFTA_NG, 'TYPE', NFT_NG.INCREMENTAL),
      ],
    },
    compare('EQ', host32(0)),
  ]
}

/** Where addresses stand in the network header. */
const places = {
  ip: { source: { offset: 12, size: 4 }, destination: { offset: 16, size: 4 } },
  ip6: { source: { offset: 8, size: 16 }, destination: { offset: 24, size: 16 } },
} as const

function address(network: string, which: 'source' | 'destination'): Statement {
  const cidr = parseCidr('network', network)
  const family = cidr.family === AF.INET ? 'ip' : 'ip6'
  const { offset, size } = places[family][which]
  const bits = maskOf(cidr.prefix, size)
  const wanted = cidr.bytes.map((byte, i) => byte & (bits[i] as number))
  const masked = cidr.prefix < size * 8 ? [mask(bits)] : []
  return [
    ...isFamily(family),
    load(NFT_PAYLOAD.NETWORK, offset, size),
    ...masked,
    compare('EQ', wanted),
  ]
}

function isFamily(family: 'ip' | 'ip6'): Statement {
  return [meta('NFPROTO'), compare('EQ', Buffer.from([NFPROTO[family]]))]
}

function load(base: number, offset: number, size: number): Expression {
  return {
    name: 'payload',
    data: [
      be32(NFTA_PAYLOAD, 'DREG', NFT_REG._1),
      be32(NFTA_PAYLOAD, 'BASE', base),
      be32(NFTA_PAYLOAD, 'OFFSET', offset),
      be32(NFTA_PAYLOAD, 'LEN', size),
    ],
  }
}

function mask(bits: Uint8Array): Expression {
  return {
    name: 'bitwise',
    data: [
      be32(NFTA_BITWISE, 'SREG', NFT_REG._1),
      be32(NFTA_BITWISE, 'DREG', NFT_REG._1),
      be32(NFTA_BITWISE, 'LEN', bits.length),
      value(NFTA_BITWISE, 'MASK', bits),
      value(NFTA_BITWISE, 'XOR', new Uint8Array(bits.length)),
    ],
  }
}

const toNetworkOrder: Expression = {
  name: 'byteorder',
  data: [
    be32(NFTA_BYTEORDER, 'SREG', NFT_REG._1),
    be32(NFTA_BYTEORDER, 'DREG', NFT_REG._1),
    be32(NFTA_BYTEORDER, 'OP', NFT_BYTEORDER_HTON),
    be32(NFTA_BYTEORDER, 'LEN', 4),
    be32(NFTA_BYTEORDER, 'SIZE', 4),
  ],
}

function range(first: Uint8Array, last: Uint8Array): Expression {
  return {
    name: 'range',
    data: [
      be32(NFTA_RANGE, 'SREG', NFT_REG._1),
      be32(NFTA_RANGE, 'OP', 0), // NFT_RANGE_EQ: within
      value(NFTA_RANGE, 'FROM', first),
      value(NFTA_RANGE, 'TO', last),
    ],
  }
}

function maskOf(prefix: number, size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => {
    const bits = Math.min(8, Math.max(0, prefix - i * 8))
    return (0xff << (8 - bits)) & 0xff
  })
}

/** A port in network order. */
export function port(number: number): Buffer {
  if (!Number.isInteger(number) || number < 0 || number > 65_535)
    throw invalidOption(`port: ${number} is none`, 'net')
  const memory = Buffer.alloc(2)
  memory.writeUInt16BE(number)
  return memory
}

/** Marks, ids and states are in the machine's order. */
function host32(number: number): Buffer {
  const memory = Buffer.alloc(4)
  memory.writeUInt32LE(number)
  return memory
}

/** The name of a link fills IFNAMSIZ bytes. */
function name16(link: string): Buffer {
  const memory = Buffer.alloc(16)
  if (Buffer.byteLength(link) > 15 || link === '')
    throw invalidOption(`link: '${link}' is no name`, 'net')
  memory.write(link)
  return memory
}
