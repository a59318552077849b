import { random } from '@ns/testkit'
import { describe, expect, test } from 'vitest'
import { layOut, punch, usable } from '../src/arrange.ts'
import { formatRanges, insideId, outsideId, validateRanges } from '../src/id-map.ts'
import { type IdRange, parseRanges, user } from '../src/index.ts'
import { newidmapArguments } from '../src/newidmap.ts'
import { parseSubids } from '../src/subids.ts'

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
        const within = home && home.inside + id - home.outside
        expect(insideId(made, id)).toBe(within)
        if (within !== undefined) expect(outsideId(made, within)).toBe(id)
      }
    }
  })
})

describe('the caller’s own id among others', () => {
  test('A6: a hole is made for it where it goes, and where it comes from', () => {
    expect(punch([range(0, 100_000, 10)], { inside: 4, outside: 5000 })).toEqual([
      range(0, 100_000, 4),
      range(4, 5000, 1),
      range(5, 100_005, 5),
    ])
    expect(punch([range(0, 0, 10)], { inside: 0, outside: 9 })).toEqual([
      range(0, 9, 1),
      range(1, 1, 8),
    ])
    expect(punch([range(7, 9, 1)], { inside: 20, outside: 21 })).toEqual([
      range(7, 9, 1),
      range(20, 21, 1),
    ])
  })

  test('A6: subordinate ids are laid out around it, none is lost', () => {
    const subids = [
      { start: 100_000, count: 5 },
      { start: 900_000, count: 5 },
    ]
    expect(layOut(subids)).toEqual([range(0, 100_000, 5), range(5, 900_000, 5)])
    expect(layOut(subids, { inside: 0, outside: 1000 })).toEqual([
      range(0, 1000, 1),
      range(1, 100_000, 5),
      range(6, 900_000, 5),
    ])
    expect(layOut(subids, { inside: 7, outside: 1000 })).toEqual([
      range(0, 100_000, 5),
      range(5, 900_000, 2),
      range(7, 1000, 1),
      range(8, 900_002, 3),
    ])
    expect(layOut([], { inside: 7, outside: 1000 })).toEqual([range(7, 1000, 1)])
  })

  test('whatever the ranges are, the result is valid and each subordinate id has one place', () => {
    for (const seed of seeds) {
      const { below } = random(seed)
      const subids = ranges(seed).map(({ outside, count }) => ({ start: outside + 10, count }))
      const total = subids.reduce((sum, { count }) => sum + count, 0)
      const laid = layOut(subids, { inside: below(total * 2), outside: 1 })
      expect(() => validateRanges(laid, 'map')).not.toThrow()
      expect(laid.reduce((sum, { count }) => sum + count, 0)).toBe(total + 1)
    }
  })

  test('of the subordinate ids those are taken that are mapped here, each once, and not the own one', () => {
    const here = [range(0, 5, 10), range(10, 500, 90)]
    const of = (start: number, count: number) => ({ start, count })
    expect(usable([of(8, 4)], 0, here)).toEqual([of(8, 2), of(10, 2)])
    expect(usable([of(98, 10)], 0, here)).toEqual([of(98, 2)])
    expect(usable([of(20, 5), of(22, 5), of(20, 5)], 0, here)).toEqual([of(20, 5), of(25, 2)])
    expect(usable([of(20, 5)], 22, here)).toEqual([of(20, 2), of(23, 2)])
    expect(usable([of(1000, 5)], 0, here)).toEqual([])
  })
})

describe('/etc/subuid and /etc/subgid', () => {
  const me = { uid: 12346, name: 'nssub' }

  test('lines by name and by uid are the user’s, in their order', () => {
    const text = 'other:1:2\nnssub:1000000:65536\n12346:3000000:10\nnssub:2000000:5\n'
    expect(parseSubids(text, me)).toEqual([
      { start: 1_000_000, count: 65_536 },
      { start: 3_000_000, count: 10 },
      { start: 2_000_000, count: 5 },
    ])
    expect(parseSubids('undefined:1:2\n', { uid: 5 })).toEqual([])
  })

  test.each([
    'nssub:1000000',
    'nssub:1000000:',
    'nssub::5',
    'nssub:1000000:5:5',
    'nssub:1e6:5',
    'nssub:0x10:5',
    'nssub:-1:5',
    'nssub: 10:5',
    'nssub:10:5 # mine',
    'nssub:10:0',
    'nssub:4294967290:10',
    '#nssub:10:5',
    ' nssub:10:5',
    '012346:10:5',
  ])('a line that is not quite one is nobody’s (CVE-2026-30892): %s', (line) => {
    expect(parseSubids(`${line}\n`, me)).toEqual([])
  })

  test('newuidmap is given digits only: nothing that could be an option (CVE-2024-32462)', () => {
    for (const seed of seeds) {
      const made = ranges(seed)
      const args = newidmapArguments(4711, made)
      expect(args).toHaveLength(1 + 3 * made.length)
      for (const argument of args) expect(argument).toMatch(/^\d+$/)
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
    [
      'an id that is text (CVE-2026-30892)',
      { uid: [{ ...range(0, 0, 1), outside: '0' }], gid: uid },
      /user\.map\.uid/,
    ],
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
    [{ map: 'all' }, /user\.map: 'current', 'root', 'auto', 'subids' or/],
    [{ own: { uid: 1 } }, /user\.own/],
    [{ own: { uid: '1', gid: 1 } }, /user\.own/],
    [{ own: { uid: 1, gid: 4294967295 } }, /user\.own/],
    [{ own: { uid: 1, gid: 1 }, map: 'root' }, /user\.own contradicts user\.map 'root'/],
    [{ own: { uid: 1, gid: 1 }, join: 1 }, /user\.join:.*leave out own/],
    [{ map: null }, /user\.map/],
    [{ disableNested: 1 }, /user\.disableNested: true or false/],
    [{ disableNested: true, join: 1 }, /user\.join:.*leave out disableNested/],
    [{ setgroups: 'maybe' }, /user\.setgroups/],
    [{ join: 1, map: 'root' }, /user\.join:.*leave out map/],
    [{ join: 1, setgroups: 'deny' }, /user\.join/],
    [{ keepIds: true }, /user\.keepIds: true or false is wanted, beside join/],
    [
      { mapping: 'root' },
      /unknown option mapping; known: map, own, owner, setgroups, disableNested, join, keepIds/,
    ],
  ])('A7: %o', (options, message) => {
    expect(() => user(options as never)).toThrow(
      expect.objectContaining({
        code: 'ERR_NS_INVALID_OPTION',
        message: expect.stringMatching(message),
      }),
    )
  })
})
