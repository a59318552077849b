import { checkKeys, invalidOption } from '@ns/syscalls'

/** What a line does to what is sent over it, one way. */
export interface Impairment {
  /** How long it takes, one way, `ms`. Mininet's `delay`. @default 0 */
  readonly latency?: number | undefined
  /** By how much that varies, up and down, `ms`; packets may overtake each other, unless there is a rate. @default 0 */
  readonly jitter?: number | undefined
  /** The share that is lost, 0 to 1. @default 0 */
  readonly loss?: number | undefined
  /** The share that arrives twice, 0 to 1. @default 0 */
  readonly duplicate?: number | undefined
  /** The share that takes no latency and overtakes what is under way, 0 to 1. @default 0 */
  readonly reorder?: number | undefined
  /** Bits per second: a number, or `'100mbit'`; Infinity takes it away. Mininet's `bw`. @default no limit */
  readonly rate?: number | string | undefined
  /** How many packets may be under way or wait; more are dropped. Mininet's `max_queue_size`. @default 1000 */
  readonly queue?: number | undefined
}

/** The same with nothing left open; a rate of Infinity is no limit. */
export interface Line {
  readonly latency: number
  readonly jitter: number
  readonly loss: number
  readonly duplicate: number
  readonly reorder: number
  readonly rate: number
  readonly queue: number
}

/** A line that does nothing. */
export const perfect: Line = {
  latency: 0,
  jitter: 0,
  loss: 0,
  duplicate: 0,
  reorder: 0,
  rate: Number.POSITIVE_INFINITY,
  queue: 1000,
}

/** Keys of `Impairment`, for those who check options. */
export const impairmentKeys = Object.keys(perfect) as readonly (keyof Impairment)[]

const units: Readonly<Record<string, number>> = { bit: 1, kbit: 1e3, mbit: 1e6, gbit: 1e9 }

/**
 * A line as it is after a change.
 *
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION`
 */
export function changed(line: Line, changes: Impairment): Line {
  checkKeys('impairment', changes, impairmentKeys, 'net')
  const { latency, jitter, loss, duplicate, reorder, rate, queue } = changes
  const next: Line = {
    latency: milliseconds('latency', latency ?? line.latency),
    jitter: milliseconds('jitter', jitter ?? line.jitter),
    loss: share('loss', loss ?? line.loss),
    duplicate: share('duplicate', duplicate ?? line.duplicate),
    reorder: share('reorder', reorder ?? line.reorder),
    rate: bitsPerSecond(rate ?? line.rate),
    queue: packets(queue ?? line.queue),
  }
  if (next.reorder > 0 && next.latency === 0)
    throw invalidOption('reorder: takes a latency that the others wait for', 'net')
  if (next.jitter > next.latency)
    throw invalidOption('jitter: at most the latency: nothing arrives before it was sent', 'net')
  return next
}

/** Whether each packet has to be looked at alone: a bundle of segments would be lost, or delayed, as one. */
export function isPerPacket({ latency, ...line }: Line): boolean {
  return impairmentKeys.some((key) => key !== 'latency' && line[key] !== perfect[key])
}

/** Whether it changes anything. */
export function isPerfect(line: Line): boolean {
  return impairmentKeys.every((key) => key === 'queue' || line[key] === perfect[key])
}

function milliseconds(what: string, value: number): number {
  if (typeof value === 'number' && value >= 0 && value < 2 ** 31) return value
  throw invalidOption(`${what}: milliseconds are wanted`, 'net')
}

function share(what: string, value: number): number {
  if (typeof value === 'number' && value >= 0 && value <= 1) return value
  throw invalidOption(`${what}: a share from 0 to 1 is wanted, not a percentage`, 'net')
}

function packets(value: number): number {
  if (Number.isInteger(value) && value > 0 && value < 2 ** 31) return value
  throw invalidOption('queue: a number of packets is wanted', 'net')
}

function bitsPerSecond(rate: number | string): number {
  const [, number, unit = 'bit'] = /^([\d.]+) ?([kmg]?bit)$/.exec(`${rate}`.toLowerCase()) ?? []
  const bits = typeof rate === 'number' ? rate : Number(number) * (units[unit] as number)
  if (bits >= 8) return bits
  throw invalidOption("rate: bits per second are wanted, such as 1e6 or '100mbit'", 'net')
}
