import { existsSync } from 'node:fs'
import { net } from '@ns/net'
import { NETLINK_PROTOCOL } from '@ns/netlink'
import { AF_UNIX, type Fd, MSG, type Plan, rightsMessage, Slot, SOCK } from '@ns/syscalls'
import { bytesOf } from './address.ts'
import { AF_INET, AF_INET6 } from './constants.ts'

/** What is opened inside, and the letter of the message by which it comes out. */
export const LETTER = {
  control: 'c',
  route: 'r',
  rules: 'n',
  log: 'l',
  tcp: 't',
  dns: 'd',
  tcp6: 'T',
  dns6: 'D',
  udp: 'u',
  udp6: 'U',
} as const

/** Of a socket for the datagrams to one port. */
export const udpLetter = (letter: string, port: number): string => `${letter}${port}`

/** The parent's word, and room for why it has none to give. */
export const GO = 'g'
const WHY = 512

const options = { namespace: 'net', operation: 'open the gate' } as const

/** Sockets of IPv6 are made where the kernel has it. */
const hasIpv6 = (): boolean => existsSync('/proc/net/if_inet6')

/**
 * The child's part: it makes the sockets in its new network, hands each to the parent, and waits until the parent
 * serves them. A parent that is gone, or fails, ends the start.
 *
 * @param gate where the first is sent: the end of a socket of this start's own, by which the others go
 * @param udpPorts those that will be allowed for datagrams
 */
export function addSteps(plan: Plan, gate: Fd, udpPorts: readonly number[]): void {
  net().steps(plan) // lo has to be up before its addresses can be bound
  const steps = plan.in('net')
  const first = rightsMessage(plan, LETTER.control)
  const type = SOCK.SEQPACKET | SOCK.CLOEXEC
  steps.call('socketpair', [AF_UNIX, type, 0, first.fd.region], options)
  steps.call('sendmsg', [gate, first.message, MSG.NOSIGNAL], { ...options, expect: 1 })
  steps.call('close', [first.fd], options) // a parent that gives it up is the end of the other one
  const ours = new Slot(first.fd.region.at(4, 8), 'control') // the second of the pair
  const hand = (letter: string, make: (fd: Slot) => void) => {
    const { message, fd } = rightsMessage(plan, letter)
    make(fd)
    const expect = letter.length
    steps.call('sendmsg', [ours, message, MSG.NOSIGNAL], { ...options, expect })
    steps.call('close', [fd], options)
  }
  const netlink = (protocol: number) => (result: Slot) =>
    steps.openNetlink(protocol, result, options)
  const inet = (type: number, address: string) => (result: Slot) => {
    const name = socketName(address)
    const family = name.readUInt16LE()
    steps.call('socket', [family, type | SOCK.CLOEXEC, 0], { ...options, result })
    steps.call('bind', [result, name, name.length], { ...options, path: address })
  }
  hand(LETTER.route, netlink(NETLINK_PROTOCOL.ROUTE))
  hand(LETTER.rules, netlink(NETLINK_PROTOCOL.NETFILTER))
  hand(LETTER.log, netlink(NETLINK_PROTOCOL.NETFILTER))
  if (hasIpv6()) {
    hand(LETTER.tcp6, inet(SOCK.STREAM, '::1'))
    hand(LETTER.dns6, inet(SOCK.DGRAM, '::1'))
    for (const port of udpPorts) hand(udpLetter(LETTER.udp6, port), inet(SOCK.DGRAM, '::'))
  }
  for (const port of udpPorts) hand(udpLetter(LETTER.udp, port), inet(SOCK.DGRAM, '0.0.0.0'))
  hand(LETTER.tcp, inet(SOCK.STREAM, '127.0.0.1'))
  // The last: what comes after it is the parent's. Bound to an address, or its answers would leave from another one
  // than the redirected query went to, and be refused.
  hand(LETTER.dns, inet(SOCK.DGRAM, '127.0.0.1'))
  const why = plan.memory.allocate(WHY)
  const wait = { ...options, operation: 'wait for the gate', expect: GO.length, found: why }
  steps.call('read', [ours, why, WHY], wait)
  steps.call('close', [ours], options)
}

/** A `struct sockaddr_in` or `sockaddr_in6` with port 0: the kernel chooses one. */
function socketName(address: string): Buffer {
  const bytes = bytesOf(address)
  const isIpv6 = bytes.length === 16
  const name = Buffer.alloc(isIpv6 ? 28 : 16)
  name.writeUInt16LE(isIpv6 ? AF_INET6 : AF_INET)
  bytes.copy(name, isIpv6 ? 8 : 4)
  return name
}
