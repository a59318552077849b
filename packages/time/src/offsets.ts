import { invalidOption } from '@ns/syscalls'

/** What is added to the clocks of the initial time namespace, in seconds; fractions and negative ones are fine. */
export interface Offsets {
  /** CLOCK_MONOTONIC and its kin. @default 0 */
  readonly monotonic?: number | undefined
  /** CLOCK_BOOTTIME and its kin: what `/proc/uptime` shows. @default 0 */
  readonly boottime?: number | undefined
}

/** KTIME_SEC_MAX / 2: the kernel answers ERANGE beyond, and to clocks that would be negative. */
const MOST_SECONDS = 4_611_686_018

/** @throws {NamespaceError} `ERR_NS_INVALID_OPTION`, naming the clock */
export function validateOffsets(offsets: Offsets): void {
  for (const clock of ['monotonic', 'boottime'] as const) {
    const seconds: unknown = offsets[clock]
    if (seconds === undefined) continue
    if (typeof seconds !== 'number' || !Number.isFinite(seconds))
      throw invalidOption(`time.${clock}: a number of seconds is wanted`, 'time')
    if (Math.abs(seconds) > MOST_SECONDS)
      throw invalidOption(`time.${clock}: ${seconds} is beyond ${MOST_SECONDS} seconds`, 'time')
  }
}

/** A line of `timens_offsets`: seconds may be negative, nanoseconds not (time_namespaces(7)). */
export function formatOffset(clock: string, offset: number): string {
  let seconds = Math.floor(offset)
  let nanoseconds = Math.round((offset - seconds) * 1e9)
  if (nanoseconds === 1e9) {
    seconds += 1
    nanoseconds = 0
  }
  return `${clock} ${seconds} ${nanoseconds}\n`
}

/** Reads the kernel's format. */
export function parseOffsets(text: string): Required<Offsets> {
  const of = (clock: string) => {
    const [, seconds = '0', nanoseconds = '0'] =
      text.match(new RegExp(`^${clock}\\s+(-?\\d+)\\s+(\\d+)`, 'm')) ?? []
    return Number(seconds) + Number(nanoseconds) / 1e9
  }
  return { monotonic: of('monotonic'), boottime: of('boottime') }
}
