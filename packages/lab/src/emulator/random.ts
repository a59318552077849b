/** Numbers from 0 to below 1, the same for a seed. */
export type Random = () => number

/** A seed for each line: what one of them draws changes nothing for the others. FNV-1a. */
export function seedOf(seed: number, line: string): number {
  let hash = (seed ^ 0x811c9dc5) >>> 0
  for (const byte of Buffer.from(line)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return hash
}

/** A small generator: Vigna's splitmix, with 32 bits of state. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x9e3779b9) >>> 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  }
}
