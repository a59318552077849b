import { BlockList, isIP } from 'node:net'

/** An address as this package writes it, so that equal ones are equal texts: IPv6 as RFC 5952 has it, by the URL parser. */
export function canonical(address: string): string {
  return isIP(address) === 6 ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address
}

/** The text of 4 or 16 bytes. */
export function addressOf(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.')
  const hex = Buffer.from(bytes).toString('hex')
  return canonical((hex.match(/.{4}/g) ?? []).join(':'))
}

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

/** The 4 or 16 bytes of an address. */
export function bytesOf(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number))
  const [head = '', tail] = canonical(address).split('::')
  const words = (text: string | undefined) => (text ? text.split(':') : [])
  const zeros = 8 - words(head).length - words(tail).length
  const all = [
    ...words(head),
    ...Array<string>(tail === undefined ? 0 : zeros).fill('0'),
    ...words(tail),
  ]
  return Buffer.from(all.map((word) => word.padStart(4, '0')).join(''), 'hex')
}
