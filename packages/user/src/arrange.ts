import type { IdRange } from './id-map.ts'

/** Ids that may be mapped: `count` of them from `start` on. */
export interface SubidRange {
  readonly start: number
  readonly count: number
}

/** Where the caller's own id goes. */
export interface OwnId {
  readonly inside: number
  readonly outside: number
}

/** A list of ranges without one id of that side: what has it becomes two, or one shorter. */
function without(ranges: readonly IdRange[], side: 'inside' | 'outside', id: number): IdRange[] {
  return ranges.flatMap(({ inside, outside, count }) => {
    const before = id - (side === 'inside' ? inside : outside)
    if (before < 0 || before >= count) return [{ inside, outside, count }]
    const skip = before + 1
    return [
      { inside, outside, count: before },
      { inside: inside + skip, outside: outside + skip, count: count - skip },
    ].filter((part) => part.count > 0)
  })
}

/** Gives the caller's own id its place in ranges: a hole is made for it, where it is and where it comes from. */
export function punch(ranges: readonly IdRange[], own: OwnId): readonly IdRange[] {
  const holed = without(without(ranges, 'inside', own.inside), 'outside', own.outside)
  return [...holed, { ...own, count: 1 }].sort((a, b) => a.inside - b.inside)
}

/** Lays subordinate ids out from id 0 on, around the caller's own, which takes none of their places. */
export function layOut(subids: readonly SubidRange[], own?: OwnId): readonly IdRange[] {
  const ranges: IdRange[] = own ? [{ ...own, count: 1 }] : []
  let inside = 0
  for (let { start, count } of subids) {
    while (count > 0) {
      if (inside === own?.inside) inside += 1
      const room = own && inside < own.inside ? own.inside - inside : count
      const part = { inside, outside: start, count: Math.min(room, count) }
      ranges.push(part)
      inside += part.count
      start += part.count
      count -= part.count
    }
  }
  return ranges.sort((a, b) => a.inside - b.inside)
}

/**
 * The subordinate ids that can be mapped from here: each once, without the caller's own, and in pieces each of which
 * lies in one line of the caller's own map, as the kernel demands of every range.
 */
export function usable(
  subids: readonly SubidRange[],
  own: number,
  mappedHere: readonly IdRange[],
): readonly SubidRange[] {
  const pieces = subids.flatMap(({ start, count }) =>
    mappedHere.flatMap((line) => {
      const from = Math.max(start, line.inside)
      const to = Math.min(start + count, line.inside + line.count)
      return from < to ? [{ start: from, count: to - from }] : []
    }),
  )
  const once: SubidRange[] = []
  for (const piece of [{ start: own, count: 1 }, ...pieces]) {
    let left: readonly SubidRange[] = [piece]
    for (const known of once) left = left.flatMap((part) => minus(part, known))
    once.push(...left)
  }
  return once.slice(1)
}

function minus(range: SubidRange, taken: SubidRange): SubidRange[] {
  const end = range.start + range.count
  const takenEnd = taken.start + taken.count
  if (takenEnd <= range.start || taken.start >= end) return [range]
  return [
    { start: range.start, count: taken.start - range.start },
    { start: takenEnd, count: end - takenEnd },
  ].filter(({ count }) => count > 0)
}
