import { arch, cpus, release } from 'node:os'
import { quantile, type Ratio } from './statistics.ts'

// How the reports write what was measured.

export const machine = (): string =>
  `Linux ${release()}, ${arch()}, ${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}, Node.js ${process.version}`

/** `median (quartiles)` */
export function spread(values: readonly number[], digits: number = 2): string {
  if (values.length === 0) return ''
  const at = (share: number) => quantile(values, share).toFixed(digits)
  const [low, middle, high] = [0.25, 0.5, 0.75].map(at)
  return `${middle} (${low}–${high})`
}

/** A ratio, and where it lies in 95 of 100 resamples. */
export function interval({ value, low, high }: Ratio, digits: number = 2): string {
  return `${value.toFixed(digits)} (${low.toFixed(digits)}–${high.toFixed(digits)})`
}
