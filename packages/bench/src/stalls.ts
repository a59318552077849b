import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Contender } from './contenders.ts'

/** Starts per second. */
export const RATE = 200
/** `ms` between two looks at the event loop. */
const RESOLUTION = 1

/** How late the event loop was in a while of many starts: `ms` beyond the millisecond between two looks. */
export interface Stalls {
  readonly p99: number
  readonly longest: number
  /** Starts per second that came about. */
  readonly rate: number
}

/** Makes `RATE` starts per second for so many seconds. */
export async function measureStalls({ start }: Contender, seconds: number): Promise<Stalls> {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION })
  const running: Promise<unknown>[] = []
  const begin = performance.now()
  delay.enable()
  for (let i = 0; i < RATE * seconds; i++) {
    running.push(start())
    await sleep(Math.max(0, begin + ((i + 1) * 1000) / RATE - performance.now()))
  }
  delay.disable()
  const elapsed = performance.now() - begin
  await Promise.all(running)
  const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - RESOLUTION)
  return {
    p99: late(delay.percentile(99)),
    longest: late(delay.max),
    rate: (running.length * 1000) / elapsed,
  }
}
