import { bytes, nested, u32, u64 } from '../codec/attribute.ts'
import { type Discipline, type Place, placeOf } from './discipline.ts'
import { bytesPerSecond, ratespec, ticks } from './rate.ts'
import { handleNumber, TCA } from './tcmsg.ts'

// include/uapi/linux/pkt_sched.h

const TCA_TBF = { PARMS: 1, RATE64: 4, BURST: 6 } as const

/** A rate that is never exceeded for longer than a burst. */
export interface TbfOptions extends Place {
  /** Bits per second. */
  readonly rate: number
  /** Bytes that may go at once: at least the mtu, and what the rate gives in a timer tick. */
  readonly burst: number
  /** Bytes that may wait. @default what the rate gives in 50 ms, and the burst */
  readonly limit?: number | undefined
}

/**
 * A token bucket: what is too fast waits, what waits too long is dropped.
 *
 * @see tc-tbf(8)
 */
export function tbf(options: TbfOptions): Discipline {
  const place = placeOf('tbf', options, ['rate', 'burst', 'limit'])
  const rate = bytesPerSecond('tbf.rate', options.rate)
  const { burst, limit = Math.ceil(rate / 20) + burst } = options
  const parameters = Buffer.alloc(36) // struct tc_tbf_qopt
  parameters.set(ratespec(rate), 0)
  parameters.writeUInt32LE(Math.min(limit, 0xffffffff), 24)
  parameters.writeUInt32LE(ticks(burst, rate), 28)
  const attributes = [
    bytes(TCA_TBF, 'PARMS', parameters),
    u32(TCA_TBF, 'BURST', burst),
    ...(rate > 0xffffffff ? [u64(TCA_TBF, 'RATE64', BigInt(rate))] : []),
  ]
  return { ...place, kind: 'tbf', options: nested(TCA, 'OPTIONS', attributes) }
}

const TCA_HTB = { PARMS: 1, INIT: 2, RATE64: 6, CEIL64: 7 } as const

/** A tree of classes that share a rate. */
export interface HtbOptions extends Place {
  /** The class of what no filter puts into one: `'1:20'`. @default none: it is not shaped */
  readonly defaultClass?: string | undefined
}

/**
 * A hierarchy of token buckets; its classes are made by `htbClass`.
 *
 * @see tc-htb(8)
 */
export function htb(options: HtbOptions): Discipline {
  const { defaultClass } = options
  const init = Buffer.alloc(20) // struct tc_htb_glob: version 3, rate2quantum 10
  init.writeUInt32LE(3, 0)
  init.writeUInt32LE(10, 4)
  if (defaultClass !== undefined)
    init.writeUInt32LE(handleNumber('htb.defaultClass', defaultClass) % 0x10000, 8)
  const place = placeOf('htb', options, ['defaultClass'])
  return { ...place, kind: 'htb', options: nested(TCA, 'OPTIONS', [bytes(TCA_HTB, 'INIT', init)]) }
}

/** A class of htb. */
export interface HtbClassOptions extends Place {
  /** Bits per second that it always has. */
  readonly rate: number
  /** Bits per second that it may have when others leave some. @default `rate` */
  readonly ceil?: number | undefined
  /** Bytes that may go at once. @default what the rate gives in 10 ms, and 1600 */
  readonly burst?: number | undefined
  /** The lowest is served first, 0 to 7. @default 0 */
  readonly priority?: number | undefined
}

/** A class of htb, for `classes.add`. */
export function htbClass(options: HtbClassOptions): Discipline {
  const place = placeOf('htb', options, ['rate', 'ceil', 'burst', 'priority'])
  const rate = bytesPerSecond('htb.rate', options.rate)
  const ceil = bytesPerSecond('htb.ceil', options.ceil ?? options.rate)
  const burst = (of: number) => options.burst ?? Math.ceil(of / 100) + 1600
  const parameters = Buffer.alloc(44) // struct tc_htb_opt
  parameters.set(ratespec(rate), 0)
  parameters.set(ratespec(ceil), 12)
  parameters.writeUInt32LE(ticks(burst(rate), rate), 24)
  parameters.writeUInt32LE(ticks(burst(ceil), ceil), 28)
  parameters.writeUInt32LE(options.priority ?? 0, 40)
  const attributes = [
    ...(rate > 0xffffffff ? [u64(TCA_HTB, 'RATE64', BigInt(rate))] : []),
    ...(ceil > 0xffffffff ? [u64(TCA_HTB, 'CEIL64', BigInt(ceil))] : []),
    bytes(TCA_HTB, 'PARMS', parameters),
  ]
  return { ...place, kind: 'htb', options: nested(TCA, 'OPTIONS', attributes) }
}

/** The place for filters of what comes in. */
export function ingress(options: Pick<Place, 'dev'>): Discipline {
  return { dev: options.dev, kind: 'ingress', handle: 'ffff:' }
}

/** The places for filters of what comes in and of what goes out: the hooks `'ingress'` and `'egress'`. */
export function clsact(options: Pick<Place, 'dev'>): Discipline {
  return { dev: options.dev, kind: 'clsact', handle: 'ffff:' }
}
