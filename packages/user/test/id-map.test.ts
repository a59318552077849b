import { random } from '@ns/testkit'
import { describe, expect, test } from 'vitest'
import { formatRanges, validateRanges } from '../src/id-map.ts'
import { type IdRange, insideId, parseRanges, user } from '../src/index.ts'

const range = (inside: number, outside: number, count: number): IdRange => ({
  inside,
  outside,
  count,
})
const last = 0xfffffffe

/** Ranges that overlap on neither side, in any order. */
function ranges(seed: number): IdRange[] {
  const { below } = random(seed)
  const made: IdRange[] = []
  for (let inside = below(100), outside = below(100); made.length < 1 + (seed % 100); ) {
    const count = 1 + below(1000)
    made.push(range(inside, outside, count))
    inside += count + below(3)
    outside += count + below(1000)
  }
  return made.sort((a, b) => ((a.inside * 7919 + seed) % 101) - ((b.inside * 7919 + seed) % 101))
}
const seeds = Array.from({ length: 200 }, (_, i) => i)

describe('whatever the ranges are', () => {
  test('what is formatted is parsed again, with the kernel’s padding too', () => {
    for (const seed of seeds) {
      const made = ranges(seed)
      expect(parseRanges(formatRanges(made))).toEqual(made)
      const padded = made.map((it) =>
        [it.inside, it.outside, it.count].map((n) => `${n}`.padStart(10)).join(' '),
      )
      expect(parseRanges(`${padded.join('\n')}\n`)).toEqual(made)
    }
  })

  test('they are valid, and no longer once one is there twice', () => {
    for (const seed of seeds) {
      const made = ranges(seed)
      expect(() => validateRanges(made, 'map')).not.toThrow()
      const again = made[random(seed).below(made.length)] as IdRange
      const { inside, outside } = again
      for (const overlapping of [range(inside, last, 1), range(last, outside, 1)])
        expect(() => validateRanges([...made, overlapping], 'map')).toThrow(/overlap/)
    }
  })

  test('an id inside them has one place inside, an id between them none', () => {
    for (const seed of seeds) {
      const made = ranges(seed)
      const highest = Math.max(...made.map(({ outside, count }) => outside + count))
      const { below } = random(seed)
      for (let i = 0; i < 50; i++) {
        const id = below(highest + 10)
        const homes = made.filter(({ outside, count }) => id >= outside && id < outside + count)
        const [home] = homes
        expect(homes.length).toBeLessThanOrEqual(1)
        expect(insideId(made, id)).toBe(home && home.inside + id - home.outside)
      }
    }
  })
})

describe('refused before anything exists', () => {
  const many = (count: number) => Array.from({ length: count }, (_, i) => range(i * 2, i * 2, 1))

  test('A8: 340 ranges are taken, 341 are not', () => {
    expect(() => validateRanges(many(340), 'map')).not.toThrow()
    expect(() => validateRanges(many(341), 'map')).toThrow(/map: 341 ranges, the kernel takes 340/)
  })

  test('A8: a map whose text is a page or longer is not taken', () => {
    const long = Array.from({ length: 200 }, (_, i) =>
      range(1_000_000_000 + i * 2, 1_000_000_000 + i * 2, 1),
    )
    expect(() => validateRanges(long, 'map')).toThrow(
      /map: 4800 bytes of text, the kernel takes 4095/,
    )
    expect(() => validateRanges(long.slice(0, 170), 'map')).not.toThrow()
  })

  const uid = [range(0, 0, 1)]
  test.each<[string, object, RegExp]>([
    [
      'ranges that overlap inside',
      { uid: [range(0, 0, 2), range(1, 10, 1)], gid: uid },
      /user\.map\.uid: the ranges at inside 0 and 1 overlap/,
    ],
    [
      'ranges that overlap outside',
      { uid, gid: [range(0, 5, 9), range(20, 13, 1)] },
      /user\.map\.gid: the ranges at outside 5 and 13 overlap/,
    ],
    ['no range', { uid: [], gid: uid }, /user\.map\.uid: a list of ranges/],
    ['one list only', { uid }, /user\.map\.gid: a list of ranges/],
    ['a negative id', { uid: [range(-1, 0, 1)], gid: uid }, /user\.map\.uid/],
    ['half an id', { uid: [range(0, 0.5, 1)], gid: uid }, /user\.map\.uid/],
    ['an empty range', { uid: [range(0, 0, 0)], gid: uid }, /count at least 1/],
    ['a range that is a word', { uid: ['0 0 1'], gid: uid }, /user\.map\.uid/],
    ['a range that is null', { uid: [null], gid: uid }, /user\.map\.uid/],
    ['the id that is none', { uid: [range(0, 0xffffffff, 1)], gid: uid }, /user\.map\.uid/],
    ['a range beyond the last id', { uid: [range(last, 0, 2)], gid: uid }, /ids end at 4294967294/],
    [
      'an unknown key of a range',
      { uid: [{ ...range(0, 0, 1), size: 4 }], gid: uid },
      /unknown option size/,
    ],
    ['an unknown key of the map', { uid, gid: uid, pid: uid }, /unknown option pid/],
  ])('%s', (_, map, message) => {
    expect(() => user({ map } as never)).toThrow(
      expect.objectContaining({
        code: 'ERR_NS_INVALID_OPTION',
        namespace: 'user',
        message: expect.stringMatching(message),
      }),
    )
  })

  test.each<[object, RegExp]>([
    [{ map: 'auto' }, /user\.map: 'current', 'root' or/],
    [{ map: null }, /user\.map/],
    [{ setgroups: 'maybe' }, /user\.setgroups/],
    [{ join: 1, map: 'root' }, /user\.join:.*leave out map/],
    [{ join: 1, setgroups: 'deny' }, /user\.join/],
    [{ mapping: 'root' }, /unknown option mapping; known: map, setgroups, join/],
  ])('A7: %o', (options, message) => {
    expect(() => user(options as never)).toThrow(
      expect.objectContaining({
        code: 'ERR_NS_INVALID_OPTION',
        message: expect.stringMatching(message),
      }),
    )
  })
})
