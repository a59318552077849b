import { bytes, s64, u64, withHeader } from '../codec/attribute.ts'
import { ifGiven } from '../codec/optional.ts'
import { type Discipline, type Place, placeOf } from './discipline.ts'
import { bytesPerSecond, nanoseconds, share } from './rate.ts'
import { TCA } from './tcmsg.ts'

/** `include/uapi/linux/pkt_sched.h` */
const TCA_NETEM = {
  CORR: 1,
  REORDER: 3,
  CORRUPT: 4,
  RATE: 6,
  RATE64: 8,
  LATENCY64: 10,
  JITTER64: 11,
  PRNG_SEED: 14,
} as const

/** What a bad line does. Shares are from 0 to 1. */
export interface NetemOptions extends Place {
  /** `ms` */
  readonly delay?: number | undefined
  /** By how much that varies, `ms`. */
  readonly jitter?: number | undefined
  /** How much of the delay follows from the one before. */
  readonly delayCorrelation?: number | undefined
  readonly loss?: number | undefined
  readonly duplicate?: number | undefined
  readonly corrupt?: number | undefined
  /** The share that is sent at once while the others are delayed: takes a delay. */
  readonly reorder?: number | undefined
  /** Bits per second; 0 takes one away that there was, which the kernel keeps otherwise. */
  readonly rate?: number | undefined
  /** Packets that may wait. @default 1000 */
  readonly limit?: number | undefined
  /** Of its randomness, a whole number; older than Linux 6.6 the kernel passes it over. @default by the kernel */
  readonly seed?: number | undefined
}

const keys = [
  'delay',
  'jitter',
  'delayCorrelation',
  'loss',
  'duplicate',
  'corrupt',
  'reorder',
  'rate',
  'limit',
  'seed',
] as const

/**
 * A bad line: delay, loss, duplication, corruption, reordering.
 *
 * @see tc-netem(8)
 */
export function netem(options: NetemOptions): Discipline {
  const place = placeOf('netem', options, keys)
  const { delay, jitter, delayCorrelation, loss, duplicate, corrupt, reorder, rate, seed } = options
  const header = Buffer.alloc(24) // struct tc_netem_qopt: its times give way to those of 64 bits (Linux 4.15)
  header.writeUInt32LE(coarse(delay), 0)
  header.writeUInt32LE(options.limit ?? 1000, 4)
  header.writeUInt32LE(share('netem.loss', loss ?? 0), 8)
  header.writeUInt32LE(reorder === undefined ? 0 : 1, 12) // gap: without it nothing is reordered
  header.writeUInt32LE(share('netem.duplicate', duplicate ?? 0), 16)
  header.writeUInt32LE(coarse(jitter), 20)
  const pair = (what: string, first: number, second = 0) => {
    const memory = Buffer.alloc(8)
    memory.writeUInt32LE(share(what, first), 0)
    memory.writeUInt32LE(second, 4)
    return memory
  }
  const attributes = [
    ...ifGiven(delay, (ms) => s64(TCA_NETEM, 'LATENCY64', nanoseconds('netem.delay', ms))),
    ...ifGiven(jitter, (ms) => s64(TCA_NETEM, 'JITTER64', nanoseconds('netem.jitter', ms))),
    ...ifGiven(delayCorrelation, (it) =>
      bytes(
        TCA_NETEM,
        'CORR',
        Buffer.concat([pair('netem.delayCorrelation', it), Buffer.alloc(4)]),
      ),
    ),
    ...ifGiven(reorder, (it) => bytes(TCA_NETEM, 'REORDER', pair('netem.reorder', it))),
    ...ifGiven(corrupt, (it) => bytes(TCA_NETEM, 'CORRUPT', pair('netem.corrupt', it))),
    ...ifGiven(seed, (it) => u64(TCA_NETEM, 'PRNG_SEED', BigInt(it))),
    ...(rate === undefined
      ? []
      : rateAttributes(rate === 0 ? 0 : bytesPerSecond('netem.rate', rate))),
  ]
  return { ...place, kind: 'netem', options: withHeader(TCA, 'OPTIONS', header, attributes) }
}

/** Milliseconds in the kernel's ticks of 64 ns, as far as 32 bits go. */
function coarse(ms = 0): number {
  return ms >= 0 ? Math.min(0xffffffff, Math.round((ms * 1e6) / 64)) : 0
}

/** struct tc_netem_rate */
function rateAttributes(rate: number) {
  const memory = Buffer.alloc(16)
  memory.writeUInt32LE(Math.min(rate, 0xffffffff))
  const large = rate > 0xffffffff ? [u64(TCA_NETEM, 'RATE64', BigInt(rate))] : []
  return [...large, bytes(TCA_NETEM, 'RATE', memory)]
}
