import { invalidOption } from '@ns/syscalls'
import { be32, text } from '../codec/attribute.ts'
import { AF, parseCidr } from '../text/ip.ts'
import {
  NFT_CT_STATE,
  NFT_FIB_RESULT_ADDRTYPE,
  NFT_NG,
  NFT_PAYLOAD,
  NFT_REG,
  NFTA_CT,
  NFTA_FIB,
  NFTA_FIB_F_DADDR,
  NFTA_LOOKUP,
  NFTA_NG,
  RTN_LOCAL,
} from './constants.ts'
import {
  compare,
  type Expression,
  keepBits,
  load,
  meta,
  range,
  type Statement,
  toNetworkOrder,
} from './expression.ts'
import { isFamily, places } from './network-header.ts'
import { host32, linkName, port, prefixBits } from './values.ts'

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
  return [meta('IIFNAME'), compare('EQ', linkName(link))]
}

/** The packet leaves by this link. */
export function output(link: string): Statement {
  return [meta('OIFNAME'), compare('EQ', linkName(link))]
}

/** The packet leaves by another link. */
export function notOutput(link: string): Statement {
  return [meta('OIFNAME'), compare('NEQ', linkName(link))]
}

/** The destination is an address of this namespace. */
export const toLocal: Statement = [
  {
    name: 'fib',
    data: [
      be32(NFTA_FIB, 'DREG', NFT_REG._1),
      be32(NFTA_FIB, 'RESULT', NFT_FIB_RESULT_ADDRTYPE),
      be32(NFTA_FIB, 'FLAGS', NFTA_FIB_F_DADDR),
    ],
  },
  compare('EQ', host32(RTN_LOCAL)),
]

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
    keepBits(host32(bits)),
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
    number('RANDOM', modulus),
    toNetworkOrder, // `lt` compares bytes
    compare('LT', limit),
  ]
}

/** Every so many packets one, beginning with the first. */
export function everyNth(count: number): Statement {
  return [number('INCREMENTAL', count), compare('EQ', host32(0))]
}

function address(network: string, which: 'source' | 'destination'): Statement {
  const cidr = parseCidr('network', network)
  const family = cidr.family === AF.INET ? 'ip' : 'ip6'
  const { offset, size } = places[family][which]
  const bits = prefixBits(cidr.prefix, size)
  const wanted = cidr.bytes.map((byte, i) => byte & (bits[i] as number))
  const masked = cidr.prefix < size * 8 ? [keepBits(bits)] : []
  return [
    ...isFamily(family),
    load(NFT_PAYLOAD.NETWORK, offset, size),
    ...masked,
    compare('EQ', wanted),
  ]
}

/** Loads a number below the modulus: the next one, or any. */
function number(type: keyof typeof NFT_NG, modulus: number): Expression {
  return {
    name: 'numgen',
    data: [
      be32(NFTA_NG, 'DREG', NFT_REG._1),
      be32(NFTA_NG, 'MODULUS', modulus),
      be32(NFTA_NG, 'TYPE', NFT_NG[type]),
    ],
  }
}
