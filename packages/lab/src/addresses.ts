import { formatIp, parseCidr } from '@ns/netlink'
import { invalidOption } from '@ns/syscalls'

/** The addresses of a network: `'10.0.0.0/24'`, `'fd6e:736c:6162::/64'`. */
export type Subnets = readonly string[]

/** An address of a node in one network. */
export interface Address {
  /** `'10.0.0.1'` */
  readonly address: string
  /** `'10.0.0.1/24'` */
  readonly cidr: string
  /** `'10.0.0.0/24'` */
  readonly subnet: string
  readonly family: 4 | 6
}

/** How many networks a lab can have before their addresses meet. */
const MOST = 65_536

/** Those of the n-th network of a lab, one of each family: private, and "ns lab" in RFC 4193's random part. */
export function automaticSubnets(number: number): Subnets {
  if (number >= MOST) throw invalidOption(`${MOST} networks have addresses: give subnets`, 'net')
  const bytes = [number >> 8, number & 255]
  return [`10.${bytes.join('.')}.0/24`, `fd6e:736c:6162:${number.toString(16)}::/64`]
}

/** Whether two have addresses in common. */
export function meet(one: string, other: string): boolean {
  const [a, b] = [parseCidr('subnets', one), parseCidr('subnets', other)]
  const prefix = Math.min(a.prefix, b.prefix)
  return networkOf(a.bytes, prefix).equals(networkOf(b.bytes, prefix))
}

/** The n-th address of a network, in each of its subnets; the first is 1. */
export function addressesOf(subnets: Subnets, number: number): Address[] {
  return subnets.map((subnet) => {
    const { bytes, prefix } = parseCidr('subnets', subnet)
    const bits = bytes.length * 8 - prefix
    if (bits < 31 && number >= 2 ** bits - (bytes.length === 4 ? 1 : 0))
      throw invalidOption(`subnets: ${subnet} has no address for one more node`, 'net')
    const sum = networkOf(bytes, prefix)
    const at = sum.length - 4
    sum.writeUInt32BE((sum.readUInt32BE(at) + number) >>> 0, at)
    return addressOf(`${formatIp(sum)}/${prefix}`)
  })
}

/**
 * `'10.0.0.1/24'` with all that follows from it.
 *
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION`
 */
export function addressOf(cidr: string): Address {
  const { bytes, prefix } = parseCidr('addresses', cidr)
  const address = formatIp(bytes)
  const subnet = `${formatIp(networkOf(bytes, prefix))}/${prefix}`
  return { address, cidr: `${address}/${prefix}`, subnet, family: bytes.length === 4 ? 4 : 6 }
}

function networkOf(bytes: Buffer, prefix: number): Buffer {
  return Buffer.from(bytes.map((byte, i) => byte & (0xff00 >> clamp(prefix - i * 8))))
}

const clamp = (bits: number) => Math.max(0, Math.min(8, bits))
