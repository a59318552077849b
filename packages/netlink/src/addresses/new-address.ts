import { checkKeys, invalidOption } from '@ns/syscalls'
import { type Attribute, bytes, text, u32 } from '../codec/attribute.ts'
import type { LinkRef } from '../links/link.ts'
import { IFA, IFA_F, RT_SCOPE } from '../rtnetlink/constants.ts'
import { ifaddrmsg } from '../rtnetlink/headers.ts'
import { AF, type Cidr, parseCidr, parseIp } from '../text/ip.ts'
import { FOREVER } from './address.ts'

/** How far something reaches. */
export type Scope = keyof typeof RT_SCOPE

/** An address to be added. */
export interface NewAddress {
  /** The link. */
  readonly dev: LinkRef
  /** `'10.0.0.1/24'`, `'2001:db8::1/64'`; without a length it stands alone. */
  readonly address: string
  /** The other end's, on a point-to-point link: `'10.0.0.2/32'`. */
  readonly peer?: string | undefined
  /** IPv4 only; false: none. @default the last address of the network */
  readonly broadcast?: string | false | undefined
  /** IPv4 only; begins with the link's name. */
  readonly label?: string | undefined
  /** @default 'universe', or 'host' for loopback addresses of IPv4 */
  readonly scope?: Scope | undefined
  /** Usable at once: IPv6 doesn't look for others who have it. @default false */
  readonly noDad?: boolean | undefined
  /** Makes no route to its network. @default false */
  readonly noPrefixRoute?: boolean | undefined
  /** The metric of that route. */
  readonly metric?: number | undefined
  /** Whole seconds, in `ms`. @default Infinity */
  readonly validLifetime?: number | undefined
  /** Whole seconds, in `ms`; at most `validLifetime`. @default `validLifetime` */
  readonly preferredLifetime?: number | undefined
}

const keys: readonly (keyof NewAddress)[] = [
  'dev',
  'address',
  'peer',
  'broadcast',
  'label',
  'scope',
  'noDad',
  'noPrefixRoute',
  'metric',
  'validLifetime',
  'preferredLifetime',
]

/** An address as RTM_NEWADDR and RTM_DELADDR have it. */
export function encodeAddress(
  address: NewAddress,
  index: number,
): { header: Buffer; attributes: Attribute[] } {
  checkKeys('address', address, keys, 'net')
  const local = parseCidr('address.address', address.address)
  const { family } = local
  const peer = address.peer === undefined ? undefined : parseCidr('address.peer', address.peer)
  if (peer && peer.family !== family)
    throw invalidOption('address.peer: another family than the address', 'net')
  const isLoopback = family === AF.INET && local.bytes[0] === 127
  const scope = RT_SCOPE[address.scope ?? (isLoopback ? 'host' : 'universe')]
  if (scope === undefined) throw invalidOption(`address.scope: unknown: ${address.scope}`, 'net')
  const { prefix } = peer ?? local
  const broadcast = broadcastOf(address, local)
  const flags =
    (address.noDad ? IFA_F.NODAD : 0) | (address.noPrefixRoute ? IFA_F.NOPREFIXROUTE : 0)
  const attributes = [
    bytes(IFA, 'LOCAL', local.bytes),
    bytes(IFA, 'ADDRESS', (peer ?? local).bytes),
    ...(broadcast ? [bytes(IFA, 'BROADCAST', broadcast)] : []),
    ...(address.label === undefined ? [] : [text(IFA, 'LABEL', address.label)]),
    ...(flags > 0xff ? [u32(IFA, 'FLAGS', flags)] : []), // the header has room for eight
    ...(address.metric === undefined ? [] : [u32(IFA, 'RT_PRIORITY', address.metric)]),
    ...lifetimes(address),
  ]
  return { header: ifaddrmsg({ family, prefix, flags, scope, index }), attributes }
}

/** The kernel invents none; below two bits of host part there is none. */
function broadcastOf({ broadcast, peer }: NewAddress, local: Cidr): Buffer | undefined {
  if (broadcast === false) return undefined
  if (broadcast !== undefined) {
    const { family, bytes } = parseIp('address.broadcast', broadcast)
    if (family === AF.INET && local.family === AF.INET) return bytes
    throw invalidOption('address.broadcast: only IPv4 has one', 'net')
  }
  if (local.family !== AF.INET || peer !== undefined || local.prefix > 30) return undefined
  if (local.bytes[0] === 127) return undefined
  const last = Buffer.alloc(4)
  last.writeUInt32BE((local.bytes.readUInt32BE() | (0xffffffff >>> local.prefix)) >>> 0)
  return last
}

/** struct ifa_cacheinfo */
function lifetimes({ validLifetime, preferredLifetime }: NewAddress): Attribute[] {
  if (validLifetime === undefined && preferredLifetime === undefined) return []
  const valid = seconds('address.validLifetime', validLifetime ?? Number.POSITIVE_INFINITY)
  const preferred =
    preferredLifetime === undefined
      ? valid
      : seconds('address.preferredLifetime', preferredLifetime)
  if (preferred > valid)
    throw invalidOption('address.preferredLifetime: longer than validLifetime', 'net')
  const memory = Buffer.alloc(16)
  memory.writeUInt32LE(preferred, 0)
  memory.writeUInt32LE(valid, 4)
  return [bytes(IFA, 'CACHEINFO', memory)]
}

function seconds(what: string, ms: number): number {
  if (ms === Number.POSITIVE_INFINITY) return FOREVER
  if (Number.isInteger(ms / 1000) && ms >= 0 && ms / 1000 < FOREVER) return ms / 1000
  throw invalidOption(`${what}: whole seconds, in milliseconds, are wanted`, 'net')
}
