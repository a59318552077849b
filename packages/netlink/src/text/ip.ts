import { isIPv4, isIPv6 } from 'node:net'
import { invalidOption } from '@ns/syscalls'
import { malformed } from '../errors/netlink-error.ts'

// include/linux/socket.h
export const AF = { UNSPEC: 0, INET: 2, BRIDGE: 7, INET6: 10 } as const

/** An address family by name. */
export type Family = 'ipv4' | 'ipv6'

/** An address as the kernel has it. */
export interface Ip {
  readonly family: typeof AF.INET | typeof AF.INET6
  readonly bytes: Buffer
}

/** An address with a prefix length. */
export interface Cidr extends Ip {
  readonly prefix: number
}

/** `AF_…` of a family's name; none is AF_UNSPEC. */
export function familyNumber(family: Family | undefined): number {
  return family === undefined ? AF.UNSPEC : family === 'ipv4' ? AF.INET : AF.INET6
}

/** The name of AF_INET and AF_INET6. */
export function familyName(family: number): Family {
  if (family === AF.INET) return 'ipv4'
  if (family === AF.INET6) return 'ipv6'
  throw malformed(`address family ${family}`)
}

/**
 * `'10.0.0.1'`, `'2001:db8::1'`
 *
 * @param what the option's name, for the error
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION`
 */
export function parseIp(what: string, text: string): Ip {
  if (isIPv4(text)) return { family: AF.INET, bytes: Buffer.from(text.split('.').map(Number)) }
  if (typeof text === 'string' && isIPv6(text) && !text.includes('%'))
    return { family: AF.INET6, bytes: parseIpv6(text) }
  throw invalidOption(`${what}: ${JSON.stringify(text)} is no IP address`, 'net')
}

/**
 * `'10.0.0.1/24'`; without a length the whole address counts.
 *
 * @param what the option's name, for the error
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION`
 */
export function parseCidr(what: string, text: string): Cidr {
  const [, address = text, length] = /^([^/]*)\/(\d{1,3})$/.exec(text) ?? []
  const ip = parseIp(what, address)
  const bits = ip.bytes.length * 8
  const prefix = length === undefined ? bits : Number(length)
  if (prefix > bits)
    throw invalidOption(`${what}: ${JSON.stringify(text)} has more than ${bits} bits`, 'net')
  return { ...ip, prefix }
}

/** The URL parser leaves eight groups but for one `::`, and no dotted part. */
function parseIpv6(text: string): Buffer {
  const [head = '', tail] = canonical(text).split('::')
  const groups = (part: string) => (part === '' ? [] : part.split(':'))
  const left = groups(head)
  const right = groups(tail ?? '')
  const zeros = Array<string>(8 - left.length - right.length).fill('0')
  const bytes = Buffer.alloc(16)
  ;[...left, ...zeros, ...right].forEach((group, i) => {
    bytes.writeUInt16BE(Number.parseInt(group, 16), i * 2)
  })
  return bytes
}

/** RFC 5952 by way of the URL parser. */
function canonical(text: string): string {
  return new URL(`http://[${text}]`).hostname.slice(1, -1)
}

/**
 * An address in its usual form.
 *
 * @throws {NetlinkError} `EBADMSG` when it has neither 4 nor 16 bytes
 */
export function formatIp(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.')
  if (bytes.length !== 16) throw malformed(`an address of ${bytes.length} bytes`)
  const view = Buffer.from(bytes)
  return canonical(
    Array.from({ length: 8 }, (_, i) => view.readUInt16BE(i * 2).toString(16)).join(':'),
  )
}
