import { malformed } from '../errors/netlink-error.ts'

/** What a link has counted. */
export interface Statistics {
  readonly rxPackets: number
  readonly txPackets: number
  readonly rxBytes: number
  readonly txBytes: number
  readonly rxErrors: number
  readonly txErrors: number
  readonly rxDropped: number
  readonly txDropped: number
  readonly multicast: number
  readonly collisions: number
}

/** `struct rtnl_link_stats64`: the first ten of its counters, and more in later kernels. */
const names: readonly (keyof Statistics)[] = [
  'rxPackets',
  'txPackets',
  'rxBytes',
  'txBytes',
  'rxErrors',
  'txErrors',
  'rxDropped',
  'txDropped',
  'multicast',
  'collisions',
]

/** Reads IFLA_STATS64. */
export function parseStatistics(bytes: Buffer): Statistics {
  if (bytes.length < names.length * 8) throw malformed(`statistics of ${bytes.length} bytes`)
  const entries = names.map((name, i) => [name, Number(bytes.readBigUInt64LE(i * 8))])
  return Object.fromEntries(entries) as Record<keyof Statistics, number>
}
