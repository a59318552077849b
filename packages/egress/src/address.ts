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

/** Networks that are somebody's own (RFC 1918, RFC 6598, RFC 4193), and all that listen in one. */
const privateNetworks = new BlockList()
privateNetworks.addSubnet('10.0.0.0', 8)
privateNetworks.addSubnet('172.16.0.0', 12)
privateNetworks.addSubnet('192.168.0.0', 16)
privateNetworks.addSubnet('100.64.0.0', 10)
privateNetworks.addSubnet('224.0.0.0', 4)
privateNetworks.addAddress('255.255.255.255')
privateNetworks.addSubnet('fc00::', 7, 'ipv6')
privateNetworks.addSubnet('ff00::', 8, 'ipv6')

const familyOf = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4')

export function isLoopback(address: string): boolean {
  return loopback.check(address, familyOf(address))
}

/** Loopback, link-local and unspecified addresses, where no name that was allowed has to lead. */
export function isHostOnly(address: string): boolean {
  return hostOnly.check(address, familyOf(address))
}

/** Addresses that lead into a network which whoever owns a name may not have been meant to reach. */
export function isPrivate(address: string): boolean {
  return privateNetworks.check(address, familyOf(address))
}
