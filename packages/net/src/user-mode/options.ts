import { isIPv4 } from 'node:net'
import { checkKeys, invalidOption } from '@ns/syscalls'
import { checkPort } from '../sockets/ports.ts'

/** A program that is a network in user space. */
export type UserModeDriver = 'pasta' | 'slirp4netns'

/** A port of ours that leads to one inside. */
export interface UserModeForward {
  readonly port: number
  /** Inside. @default the same */
  readonly to?: number | undefined
  /** The IPv4 address to listen on, here. @default '127.0.0.1' */
  readonly host?: string | undefined
  readonly protocol?: 'tcp' | 'udp' | undefined
}

/** How a namespace reaches the network of the caller by a program that makes the connections: no privilege is needed. */
export interface UserModeOptions {
  /** @default 'pasta' if it is installed and the caller isn't root, else 'slirp4netns' */
  readonly driver?: UserModeDriver | undefined
  /** The link inside. @default 'tap0' */
  readonly name?: string | undefined
  /** Bytes. @default 65520 */
  readonly mtu?: number | undefined
  /** Whether IPv6 goes out as well. @default false */
  readonly ipv6?: boolean | undefined
  /**
   * Whether what listens on the caller's loopback can be reached from inside: by the gateway's address.
   * @default false
   */
  readonly hostLoopback?: boolean | undefined
  readonly forwards?: readonly UserModeForward[] | undefined
  /** After so many `ms` one that isn't ready is ended, and it fails. @default 10000 */
  readonly timeout?: number | undefined
}

const keys: readonly (keyof UserModeOptions)[] = [
  'driver',
  'name',
  'mtu',
  'ipv6',
  'hostLoopback',
  'forwards',
  'timeout',
]

/** The same, complete and checked; which driver is still to be seen. */
export interface UserModeSettings {
  readonly name: string
  readonly mtu: number
  readonly ipv6: boolean
  readonly hostLoopback: boolean
  readonly timeout: number
  readonly forwards: readonly ForwardedPort[]
}

/** A forward, complete. */
export interface ForwardedPort {
  readonly port: number
  readonly to: number
  readonly host: string
  readonly protocol: 'tcp' | 'udp'
}

/** @throws {NamespaceError} `ERR_NS_INVALID_OPTION` */
export function checkUserMode(options: UserModeOptions): UserModeSettings {
  checkKeys('userMode', options, keys, 'net')
  const { driver, name = 'tap0', mtu = 65_520, ipv6 = false, hostLoopback = false } = options
  const { forwards = [], timeout = 10_000 } = options
  if (driver !== undefined && driver !== 'pasta' && driver !== 'slirp4netns')
    throw invalidOption("userMode.driver: 'pasta' or 'slirp4netns' is wanted", 'net')
  // Both take what begins with a dash for an option.
  if (typeof name !== 'string' || !/^[A-Za-z0-9_][\w.-]{0,14}$/.test(name))
    throw invalidOption(`userMode.name: ${JSON.stringify(name)} is no interface name`, 'net')
  if (!Number.isInteger(mtu) || mtu < 1280 || mtu > 65_520)
    throw invalidOption('userMode.mtu: from 1280 to 65520', 'net')
  if (!(timeout > 0)) throw invalidOption('userMode.timeout: milliseconds are wanted', 'net')
  return { name, mtu, ipv6, hostLoopback, timeout, forwards: forwards.map(checkOne) }
}

function checkOne(forward: UserModeForward): ForwardedPort {
  const what = 'userMode.forwards'
  checkKeys(what, forward, ['port', 'to', 'host', 'protocol'], 'net')
  const { port, to = port, host = '127.0.0.1', protocol = 'tcp' } = forward
  if (checkPort(`${what}.port`, port) === 0 || checkPort(`${what}.to`, to) === 0)
    throw invalidOption(`${what}: a port from 1 to 65535 is wanted`, 'net')
  if (!isIPv4(host)) throw invalidOption(`${what}.host: an IPv4 address is wanted`, 'net')
  if (protocol !== 'tcp' && protocol !== 'udp')
    throw invalidOption(`${what}.protocol: 'tcp' or 'udp' is wanted`, 'net')
  return { port, to, host, protocol }
}
