/** Numbers that are the same in every run: a failure can be seen again. */
export interface Random {
  /** A whole number from 0 to below `end`. */
  below(end: number): number
  /** One of them. */
  pick<Value>(values: readonly Value[]): Value
}

/** A small generator (mulberry32). */
export function random(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (end: number) => Math.floor(next() * end)
  return {
    below,
    pick<Value>(values: readonly Value[]) {
      return values[below(values.length)] as Value
    },
  }
}
