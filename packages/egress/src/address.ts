import { BlockList, isIP } from 'node:net'
import { formatIp, parseIp } from '@ns/netlink'

/** The 4 or 16 bytes of an address. */
export const bytesOf = (address: string): Buffer => parseIp('address', address).bytes

/** An address as `formatIp` writes it, so that equal ones are equal texts. */
export const canonical = (address: string): string => formatIp(bytesOf(address))

/** Also where an address of IPv6 stands for one of IPv4: as `::ffff:10.0.0.1` (BlockList knows it), or behind NAT64 (RFC 6052). */
function listOf(subnets: readonly string[]): BlockList {
  const list = new BlockList()
  for (const subnet of subnets) {
    const [address = '', prefix] = subnet.split('/')
    list.addSubnet(address, Number(prefix), familyOf(address))
    if (isIP(address) === 4) list.addSubnet(`64:ff9b::${address}`, 96 + Number(prefix), 'ipv6')
  }
  return list
}

const familyOf = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4')

const loopback = listOf(['127.0.0.0/8', '::1/128'])

/** Only this machine, and services that know no other protection than being reached from it: cloud metadata above all. */
const hostOnly = listOf([
  '127.0.0.0/8',
  '0.0.0.0/8',
  '169.254.0.0/16',
  '::/127', // unspecified, loopback
  'fe80::/10',
])

/** Networks that are somebody's own, and groups that listen in one. */
const privateNetworks = listOf([
  '10.0.0.0/8', // RFC 1918
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10', // RFC 6598, carriers
  '198.18.0.0/15', // RFC 2544, benchmarks
  '224.0.0.0/4', // RFC 1112, multicast
  '240.0.0.0/4', // RFC 1112, reserved; broadcast
  'fc00::/7', // RFC 4193
  'fec0::/10', // RFC 3879, once for sites
  '64:ff9b:1::/48', // RFC 8215, NAT64 of one's own
  'ff00::/8', // RFC 4291, multicast
])

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
