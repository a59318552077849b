/**
 * Linux time namespaces for Node.js: a monotonic clock and a boot time of its own.
 *
 * Isolates CLOCK_MONOTONIC and CLOCK_BOOTTIME, by an offset.
 * Does not isolate CLOCK_REALTIME, the time of day, which is one for the whole machine.
 *
 * ```ts
 * import { launch } from '@ns/syscalls'
 * import { time } from '@ns/time'
 *
 * const child = launch([time({ boottime: 86_400 })], { file: 'cat', args: ['/proc/uptime'] })
 * await child.exited // a day more than outside
 * ```
 *
 * @packageDocumentation
 */

export type { RunningOptions } from '@ns/syscalls'
export type { Offsets } from './offsets.ts'
export { readOffsets } from './running.ts'
export { type TimeOptions, time } from './time.ts'
