import { Attributes } from '../codec/attributes.ts'
import { align } from '../codec/constants.ts'
import { type Message, splitPayload } from '../codec/message.ts'
import { given } from '../codec/optional.ts'
import { malformed } from '../errors/netlink-error.ts'
import { RTA, RTAX, RTN, RTNH_F } from '../rtnetlink/constants.ts'
import { RTMSG } from '../rtnetlink/headers.ts'
import { type Family, familyName, formatIp } from '../text/ip.ts'

/** What becomes of a packet that a route is for. */
export type RouteType = keyof typeof RTN

/** `RTAX_…` that are numbers, by name; times in `ms`. */
export interface Metrics {
  readonly mtu?: number | undefined
  readonly window?: number | undefined
  readonly rtt?: number | undefined
  readonly rttVar?: number | undefined
  readonly ssThresh?: number | undefined
  readonly cwnd?: number | undefined
  readonly advMss?: number | undefined
  readonly reordering?: number | undefined
  readonly hopLimit?: number | undefined
  readonly initCwnd?: number | undefined
  readonly rtoMin?: number | undefined
  readonly initRwnd?: number | undefined
  readonly quickAck?: number | undefined
}

/** `RTAX_…` of each metric; the kernel keeps rtt in eighths of a millisecond, rttvar in quarters. */
export const metricTypes: Readonly<
  Record<keyof Metrics, { readonly name: keyof typeof RTAX; readonly unit?: number }>
> = {
  mtu: { name: 'MTU' },
  window: { name: 'WINDOW' },
  rtt: { name: 'RTT', unit: 8 },
  rttVar: { name: 'RTTVAR', unit: 4 },
  ssThresh: { name: 'SSTHRESH' },
  cwnd: { name: 'CWND' },
  advMss: { name: 'ADVMSS' },
  reordering: { name: 'REORDERING' },
  hopLimit: { name: 'HOPLIMIT' },
  initCwnd: { name: 'INITCWND' },
  rtoMin: { name: 'RTO_MIN' },
  initRwnd: { name: 'INITRWND' },
  quickAck: { name: 'QUICKACK' },
}

/** One of the ways that a route leads. */
export interface NextHop {
  readonly gateway?: string
  /** Index of the link. */
  readonly dev: number
  /** From 1: how much of the traffic goes there. */
  readonly weight: number
  readonly onLink: boolean
  /** Whether the way is open: its link has a carrier. */
  readonly alive: boolean
}

/** A route. */
export interface Route {
  readonly family: Family
  readonly type: RouteType
  /** `'10.0.0.0/24'`, or `'default'`. */
  readonly destination: string
  readonly gateway?: string
  /** Index of the link. */
  readonly dev?: number
  /** The source address that is preferred. */
  readonly source?: string
  readonly table: number
  /** Of several the lowest wins. */
  readonly metric: number
  /** Who made it: `RTPROT_…`, 2 being the kernel. */
  readonly protocol: number
  /** `RT_SCOPE_…` */
  readonly scope: number
  readonly onLink: boolean
  /** Whether the way is open: its link has a carrier. */
  readonly alive: boolean
  /** Of a nexthop object. */
  readonly nextHopId?: number
  /** Empty where there is only one way. */
  readonly nextHops: readonly NextHop[]
  readonly metrics: Metrics
}

/** Reads RTM_NEWROUTE. */
export function parseRoute(message: Message): Route {
  const { header, attributes: found } = splitPayload(message, RTMSG)
  const family = header.readUInt8(0)
  const flags = header.readUInt32LE(8)
  const prefix = header.readUInt8(1)
  const destination = found.bytes(RTA.DST)
  const source = found.bytes(RTA.PREFSRC)
  const multipath = found.bytes(RTA.MULTIPATH)
  const type = header.readUInt8(7)
  return {
    family: familyName(family),
    type: typeName(type),
    destination: destination ? `${formatIp(destination)}/${prefix}` : 'default',
    ...given('gateway', gatewayIn(found)),
    ...given('dev', found.u32(RTA.OIF)),
    ...given('source', source && formatIp(source)),
    table: found.u32(RTA.TABLE) ?? header.readUInt8(4),
    metric: found.u32(RTA.PRIORITY) ?? 0,
    protocol: header.readUInt8(5),
    scope: header.readUInt8(6),
    onLink: (flags & RTNH_F.ONLINK) !== 0,
    alive: (flags & (RTNH_F.DEAD | RTNH_F.LINKDOWN)) === 0,
    ...given('nextHopId', found.u32(RTA.NH_ID)),
    nextHops: multipath ? parseNextHops(multipath) : [],
    metrics: parseMetrics(found.nested(RTA.METRICS)),
  }
}

function typeName(type: number): RouteType {
  const names = Object.keys(RTN) as RouteType[]
  const name = names.find((key) => RTN[key] === type)
  if (name) return name
  throw malformed(`a route of type ${type}`)
}

/** RTA_VIA: a gateway of another family than the destination's. */
function gatewayIn(found: Attributes): string | undefined {
  const gateway = found.bytes(RTA.GATEWAY)
  if (gateway) return formatIp(gateway)
  const via = found.struct(RTA.VIA, 2)
  return via && formatIp(via.subarray(2))
}

/** Each is a struct rtnexthop with attributes behind it. */
function parseNextHops(bytes: Buffer): NextHop[] {
  const hops: NextHop[] = []
  for (let at = 0; at < bytes.length; ) {
    if (at + 8 > bytes.length) throw malformed('a next hop without its header')
    const length = bytes.readUInt16LE(at)
    if (length < 8 || at + length > bytes.length) throw malformed(`a next hop of ${length} bytes`)
    const flags = bytes.readUInt8(at + 2)
    hops.push({
      ...given('gateway', gatewayIn(Attributes.parse(bytes.subarray(at, at + length), 8))),
      dev: bytes.readInt32LE(at + 4),
      weight: bytes.readUInt8(at + 3) + 1,
      onLink: (flags & RTNH_F.ONLINK) !== 0,
      alive: (flags & (RTNH_F.DEAD | RTNH_F.LINKDOWN)) === 0,
    })
    at += align(length)
  }
  return hops
}

function parseMetrics(found: Attributes | undefined): Metrics {
  if (!found) return {}
  const entries = Object.entries(metricTypes).flatMap(([key, { name, unit = 1 }]) => {
    const value = found.u32(RTAX[name])
    return value === undefined ? [] : [[key, value / unit]]
  })
  return Object.fromEntries(entries)
}
