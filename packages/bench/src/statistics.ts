/** A value at a share of a sorted list, between two of its values where it falls between them. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (sorted.length - 1) * share
  const below = sorted[Math.floor(at)] ?? Number.NaN
  const above = sorted[Math.ceil(at)] ?? Number.NaN
  return below + (above - below) * (at - Math.floor(at))
}

/** The middle value. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** The sum, shared out. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** A ratio of medians, and between what it lies in 95 of 100 resamples of the rounds. */
export interface Ratio {
  readonly value: number
  readonly low: number
  readonly high: number
}

/**
 * The ratio of two medians; the bootstrap draws rounds, so that what disturbed a round stays in both.
 *
 * @param random gives numbers from 0 up to 1
 */
export function ratio(
  above: readonly number[],
  below: readonly number[],
  random: () => number = Math.random,
): Ratio {
  const rounds = Math.min(above.length, below.length)
  const resampled = Array.from({ length: 1000 }, () => {
    const drawn = Array.from({ length: rounds }, () => Math.floor(random() * rounds))
    const pick = (values: readonly number[]) => median(drawn.map((i) => values[i] as number))
    return pick(above) / pick(below)
  })
  return {
    value: median(above) / median(below),
    low: quantile(resampled, 0.025),
    high: quantile(resampled, 0.975),
  }
}

/** A list in another order, each being equally likely. */
export function shuffle<T>(list: readonly T[], random: () => number = Math.random): T[] {
  const shuffled = [...list]
  for (let i = shuffled.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[shuffled[i], shuffled[j]] = [shuffled[j] as T, shuffled[i] as T]
  }
  return shuffled
}
