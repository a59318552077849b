import { type Attribute, be16, be32, be64, nested, text, u8 } from '../codec/attribute.ts'
import { parseIp } from '../text/ip.ts'
import {
  NFPROTO,
  NFT_NAT,
  NFT_REG,
  NFTA_COUNTER,
  NFTA_DATA,
  NFTA_IMMEDIATE,
  NFTA_LIMIT,
  NFTA_LOG,
  NFTA_LOOKUP,
  NFTA_NAT,
  NFTA_REDIR,
  NFTA_REJECT,
} from './constants.ts'
import { type Expression, type Statement, value } from './expression.ts'
import { isFamily } from './network-header.ts'
import { port } from './values.ts'
import { type Verdict, verdictAttributes } from './verdict.ts'

/** The packet goes on. */
export const accept: Statement = decide('accept')
/** The packet is gone, and nobody is told. */
export const drop: Statement = decide('drop')
/** Back to the chain that jumped here. */
export const leave: Statement = decide('return')

/** To another chain of the table, and back at its end. */
export function jump(chain: string): Statement {
  return decide({ jump: chain })
}

/** Counts packets and bytes that come so far: `Nftables.rules` reads it. */
export const counter: Statement = [
  { name: 'counter', data: [be64(NFTA_COUNTER, 'BYTES', 0n), be64(NFTA_COUNTER, 'PACKETS', 0n)] },
]

/** The packet is gone and its sender is told: a reset for TCP, or port, host or administratively unreachable. */
export function reject(
  how: 'tcp-reset' | 'port-unreachable' | 'host-unreachable' | 'prohibited' = 'port-unreachable',
): Statement {
  // NFT_REJECT_TCP_RST, NFT_REJECT_ICMPX_UNREACH: the one that is right for IPv4 and IPv6.
  const codes = { 'port-unreachable': 1, 'host-unreachable': 2, prohibited: 3 } as const
  const data =
    how === 'tcp-reset'
      ? [be32(NFTA_REJECT, 'TYPE', 1)]
      : [be32(NFTA_REJECT, 'TYPE', 2), u8(NFTA_REJECT, 'ICMP_CODE', codes[how])]
  return [{ name: 'reject', data }]
}

/** Holds while there are no more than so many packets per second. */
export function limit(perSecond: number, burst = 5): Statement {
  return [
    {
      name: 'limit',
      data: [
        be64(NFTA_LIMIT, 'RATE', BigInt(perSecond)),
        be64(NFTA_LIMIT, 'UNIT', 1n),
        be32(NFTA_LIMIT, 'BURST', burst),
      ],
    },
  ]
}

/** Tells the kernel's log, or the listeners of a group of nfnetlink_log. */
export function log(prefix: string, group?: number): Statement {
  const to = group === undefined ? [] : [be16(NFTA_LOG, 'GROUP', group)]
  return [{ name: 'log', data: [text(NFTA_LOG, 'PREFIX', prefix), ...to] }]
}

/** Leaves with the address of the link that it leaves by. In a chain of type nat at postrouting. */
export const masquerade: Statement = [{ name: 'masq', data: [] }]

/** Arrives here instead, at this port. In a chain of type nat at prerouting or output. */
export function redirect(toPort: number): Statement {
  return [
    immediate(NFT_REG._1, port(toPort)),
    { name: 'redir', data: [be32(NFTA_REDIR, 'REG_PROTO_MIN', NFT_REG._1)] },
  ]
}

/** Leaves with this source address. In a chain of type nat at postrouting. */
export function snat(address: string, toPort?: number): Statement {
  return nat('SNAT', address, toPort)
}

/** Goes to this address instead, and to this port. In a chain of type nat at prerouting or output. */
export function dnat(address: string, toPort?: number): Statement {
  return nat('DNAT', address, toPort)
}

/** Goes to another port of the same address. In a chain of type nat at prerouting or output. */
export function dnatPort(family: 'ip' | 'ip6', toPort: number): Statement {
  const data = [
    be32(NFTA_NAT, 'TYPE', NFT_NAT.DNAT),
    be32(NFTA_NAT, 'FAMILY', NFPROTO[family]),
    be32(NFTA_NAT, 'REG_PROTO_MIN', NFT_REG._1),
  ]
  return [immediate(NFT_REG._1, port(toPort)), { name: 'nat', data }]
}

/** What a map of verdicts says of this key; goes on where it says nothing: `verdictBy('ports', key.port('tcp'))`. */
export function verdictBy(map: string, key: Statement): Statement {
  return lookUp(map, key, NFT_REG.VERDICT)
}

/**
 * Goes to the address that a map has for this key, and to this port; goes on where it has none. In a chain of type nat at
 * prerouting or output.
 *
 * @param family of the addresses in the map
 */
export function dnatBy(
  map: string,
  key: Statement,
  { family = 'ip', port: toPort }: { family?: 'ip' | 'ip6'; port?: number } = {},
): Statement {
  const ports = toPortOf(toPort)
  const data = [
    be32(NFTA_NAT, 'TYPE', NFT_NAT.DNAT),
    be32(NFTA_NAT, 'FAMILY', NFPROTO[family]),
    be32(NFTA_NAT, 'REG_ADDR_MIN', NFT_REG._1),
    ...ports.data,
  ]
  return [
    ...isFamily(family),
    ...lookUp(map, key, NFT_REG._1),
    ...ports.loads,
    { name: 'nat', data },
  ]
}

function lookUp(map: string, key: Statement, result: number): Statement {
  const data = [
    text(NFTA_LOOKUP, 'SET', map),
    be32(NFTA_LOOKUP, 'SREG', NFT_REG._1),
    be32(NFTA_LOOKUP, 'DREG', result),
  ]
  return [...key, { name: 'lookup', data }]
}

function toPortOf(toPort: number | undefined): { loads: Expression[]; data: Attribute[] } {
  if (toPort === undefined) return { loads: [], data: [] }
  return {
    loads: [immediate(NFT_REG._2, port(toPort))],
    data: [be32(NFTA_NAT, 'REG_PROTO_MIN', NFT_REG._2)],
  }
}

function nat(type: keyof typeof NFT_NAT, address: string, toPort: number | undefined): Statement {
  const ip = parseIp('address', address)
  const ports = toPortOf(toPort)
  const data = [
    be32(NFTA_NAT, 'TYPE', NFT_NAT[type]),
    be32(NFTA_NAT, 'FAMILY', ip.family),
    be32(NFTA_NAT, 'REG_ADDR_MIN', NFT_REG._1),
    ...ports.data,
  ]
  return [immediate(NFT_REG._1, ip.bytes), ...ports.loads, { name: 'nat', data }]
}

function immediate(register: number, content: Uint8Array): Expression {
  return {
    name: 'immediate',
    data: [be32(NFTA_IMMEDIATE, 'DREG', register), value(NFTA_IMMEDIATE, 'DATA', content)],
  }
}

function decide(to: Verdict): Statement {
  const data = [
    be32(NFTA_IMMEDIATE, 'DREG', NFT_REG.VERDICT),
    nested(NFTA_IMMEDIATE, 'DATA', [nested(NFTA_DATA, 'VERDICT', verdictAttributes(to))]),
  ]
  return [{ name: 'immediate', data }]
}
