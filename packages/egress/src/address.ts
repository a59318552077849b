import { BlockList, isIP } from 'node:net'
import { formatIp, parseIp } from '@ns/netlink'

/** The 4 or 16 bytes of an address. */
export const bytesOf = (address: string): Buffer => parseIp('address', address).bytes

/** An address as `formatIp` writes it, so that equal ones are equal texts. */
export const canonical = (address: string): string => formatIp(bytesOf(address))

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8)
loopback.addAddress('::1', 'ipv6')

/** Only this machine, and services that know no other protection than being reached from it: cloud metadata above all. */
const hostOnly = new BlockList()
hostOnly.addSubnet('127.0.0.0', 8)
hostOnly.addSubnet('0.0.0.0', 8)
hostOnly.addSubnet('169.254.0.0', 16)
hostOnly.addAddress('::', 'ipv6')
hostOnly.addAddress('::1', 'ipv6')
hostOnly.addSubnet('fe80::', 10, 'ipv6')

const familyOf = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4')

export function isLoopback(address: string): boolean {
  return loopback.check(address, familyOf(address))
}

/** Loopback, link-local and unspecified addresses, where no name that was allowed has to lead. */
export function isHostOnly(address: string): boolean {
  return hostOnly.check(address, familyOf(address))
}
