import { checkKeys, invalidOption } from '@ns/syscalls'
import type { Scope } from '../addresses/new-address.ts'
import { type Attribute, bytes, encodeAttributes, nested, u32 } from '../codec/attribute.ts'
import type { LinkRef } from '../links/link.ts'
import { RT_SCOPE, RT_TABLE, RTA, RTAX, RTN, RTNH_F, RTPROT } from '../rtnetlink/constants.ts'
import { rtmsg } from '../rtnetlink/headers.ts'
import { AF, type Cidr, type Family, familyNumber, parseCidr, parseIp } from '../text/ip.ts'
import { type Metrics, metricTypes, type RouteType } from './route.ts'

/** One of the ways that a route leads. */
export interface NewNextHop {
  readonly gateway?: string | undefined
  /** The link. */
  readonly dev?: LinkRef | undefined
  /** From 1 to 256: how much of the traffic goes there. @default 1 */
  readonly weight?: number | undefined
  /** The gateway is on the link, though no address there says so. @default false */
  readonly onLink?: boolean | undefined
}

/** A route to be added. */
export interface NewRoute {
  /** `'10.0.0.0/24'`, or `'default'`. */
  readonly destination: string
  readonly gateway?: string | undefined
  /** The link. */
  readonly dev?: LinkRef | undefined
  /** The source address that is preferred. */
  readonly source?: string | undefined
  /** @default 254, the main one */
  readonly table?: number | undefined
  /** Of several the lowest wins. @default 0, in IPv6 1024 */
  readonly metric?: number | undefined
  /** @default 'unicast' */
  readonly type?: RouteType | undefined
  /** @default by the type, and by whether there is a gateway */
  readonly scope?: Scope | undefined
  /** Who made it. @default 4, RTPROT_STATIC */
  readonly protocol?: number | undefined
  /** The gateway is on the link, though no address there says so. @default false */
  readonly onLink?: boolean | undefined
  /** Several ways at once. */
  readonly nextHops?: readonly NewNextHop[] | undefined
  /** A nexthop object, instead of ways. */
  readonly nextHopId?: number | undefined
  readonly metrics?: Metrics | undefined
  /** Of a default route without a gateway. @default 'ipv4' */
  readonly family?: Family | undefined
}

const keys: readonly (keyof NewRoute)[] = [
  'destination',
  'gateway',
  'dev',
  'source',
  'table',
  'metric',
  'type',
  'scope',
  'protocol',
  'onLink',
  'nextHops',
  'nextHopId',
  'metrics',
  'family',
]

/** A route as RTM_NEWROUTE and RTM_DELROUTE have it. */
export function encodeRoute(
  route: NewRoute,
  index: (ref: LinkRef) => number,
): { header: Buffer; attributes: Attribute[] } {
  checkKeys('route', route, keys, 'net')
  const destination = destinationOf(route)
  const { family } = destination
  const table = route.table ?? RT_TABLE.MAIN
  const header = rtmsg({
    family,
    destination: destination.prefix,
    table: table < 256 ? table : 0,
    protocol: route.protocol ?? RTPROT.STATIC,
    scope: scopeOf(route, family),
    type: typeOf(route),
    flags: route.onLink ? RTNH_F.ONLINK : 0,
  })
  const source = route.source === undefined ? undefined : parseIp('route.source', route.source)
  const attributes = [
    ...(destination.prefix > 0 ? [bytes(RTA, 'DST', destination.bytes)] : []),
    ...gateway('route.gateway', route.gateway, family),
    ...(route.dev === undefined ? [] : [u32(RTA, 'OIF', index(route.dev))]),
    ...(source ? [bytes(RTA, 'PREFSRC', source.bytes)] : []),
    ...(route.metric === undefined ? [] : [u32(RTA, 'PRIORITY', route.metric)]),
    ...(table < 256 ? [] : [u32(RTA, 'TABLE', table)]),
    ...(route.nextHopId === undefined ? [] : [u32(RTA, 'NH_ID', route.nextHopId)]),
    ...metrics(route.metrics),
    ...nextHops(route.nextHops, family, index),
  ]
  return { header, attributes }
}

function destinationOf({ destination, gateway, source, nextHops, family }: NewRoute): Cidr {
  if (destination !== 'default') {
    const cidr = parseCidr('route.destination', destination)
    if (family !== undefined && familyNumber(family) !== cidr.family)
      throw invalidOption('route.family: another than that of the destination', 'net')
    return cidr
  }
  const hint = gateway ?? source ?? nextHops?.[0]?.gateway
  const number =
    family === undefined && hint !== undefined
      ? parseIp('route.gateway', hint).family
      : familyNumber(family ?? 'ipv4')
  const isIpv6 = number === AF.INET6
  return {
    family: isIpv6 ? AF.INET6 : AF.INET,
    bytes: Buffer.alloc(isIpv6 ? 16 : 4),
    prefix: 0,
  }
}

function typeOf({ type = 'unicast' }: NewRoute): number {
  const number = RTN[type]
  if (number === undefined) throw invalidOption(`route.type: unknown: ${type}`, 'net')
  return number
}

/** As `ip` chooses it; IPv6 has no scopes. */
function scopeOf(route: NewRoute, family: number): number {
  const { type = 'unicast', scope, gateway, nextHops, nextHopId } = route
  if (scope !== undefined) {
    if (RT_SCOPE[scope] === undefined) throw invalidOption(`route.scope: unknown: ${scope}`, 'net')
    return RT_SCOPE[scope]
  }
  if (family === AF.INET6) return RT_SCOPE.universe
  if (type === 'local') return RT_SCOPE.host
  if (type === 'broadcast' || type === 'multicast' || type === 'anycast') return RT_SCOPE.link
  const hasWay = gateway !== undefined || nextHops !== undefined || nextHopId !== undefined
  return type === 'unicast' && !hasWay ? RT_SCOPE.link : RT_SCOPE.universe
}

/** One of another family than the destination goes into RTA_VIA. */
function gateway(what: string, address: string | undefined, family: number): Attribute[] {
  if (address === undefined) return []
  const ip = parseIp(what, address)
  if (ip.family === family) return [bytes(RTA, 'GATEWAY', ip.bytes)]
  if (family === AF.INET6) throw invalidOption(`${what}: IPv6 takes no IPv4 gateway`, 'net')
  return [bytes(RTA, 'VIA', Buffer.concat([Buffer.from([ip.family, 0]), ip.bytes]))]
}

function metrics(wanted: Metrics | undefined): Attribute[] {
  if (wanted === undefined) return []
  checkKeys('route.metrics', wanted, Object.keys(metricTypes), 'net')
  const given = Object.entries(wanted) as [keyof Metrics, number | undefined][]
  const attributes = given.flatMap(([key, value]) => {
    const { name, unit = 1 } = metricTypes[key]
    return value === undefined ? [] : [u32(RTAX, name, value * unit)]
  })
  return [nested(RTA, 'METRICS', attributes)]
}

/** Each a struct rtnexthop with attributes behind it: no attributes themselves. */
function nextHops(
  hops: readonly NewNextHop[] | undefined,
  family: number,
  index: (ref: LinkRef) => number,
): Attribute[] {
  if (hops === undefined) return []
  const all = hops.map((hop) => {
    checkKeys('route.nextHops', hop, ['gateway', 'dev', 'weight', 'onLink'], 'net')
    const { weight = 1, dev, onLink } = hop
    if (!Number.isInteger(weight) || weight < 1 || weight > 256)
      throw invalidOption('route.nextHops: a weight from 1 to 256 is wanted', 'net')
    const attributes = encodeAttributes(gateway('route.nextHops', hop.gateway, family))
    const header = Buffer.alloc(8)
    header.writeUInt16LE(8 + attributes.length, 0)
    header.writeUInt8(onLink ? RTNH_F.ONLINK : 0, 2)
    header.writeUInt8(weight - 1, 3)
    header.writeInt32LE(dev === undefined ? 0 : index(dev), 4)
    return Buffer.concat([header, attributes])
  })
  return [bytes(RTA, 'MULTIPATH', Buffer.concat(all))]
}
