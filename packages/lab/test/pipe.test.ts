import { describe, expect, test } from 'vitest'
import { VIRTIO_NET_HDR } from '../src/constants.ts'
import { Pipe } from '../src/emulator/pipe.ts'
import { randomOf, seedOf } from '../src/emulator/random.ts'
import { changed, type Impairment, isPerPacket, perfect } from '../src/impairment.ts'

/** What came out, and when, of so many frames that came in one after the other, `gap` ms apart. */
function passed(impairment: Impairment, { count = 10_000, gap = 0, bytes = 100, seed = 1 } = {}) {
  const waiting: { due: number; run: () => void }[] = []
  const out: { number: number; at: number }[] = []
  let now = 0
  const until = (end: number) => {
    const sort = () => waiting.sort((a, b) => a.due - b.due)
    for (sort(); waiting[0] && waiting[0].due <= end; sort()) {
      now = waiting[0].due
      waiting.shift()?.run()
    }
    now = end
  }
  const time = { now: () => now, at: (due: number, run: () => void) => waiting.push({ due, run }) }
  const pipe = new Pipe(time, randomOf(seed), (frame) =>
    out.push({ number: frame.readUInt32BE(VIRTIO_NET_HDR), at: now }),
  )
  pipe.line = changed(perfect, impairment)
  const frame = Buffer.alloc(VIRTIO_NET_HDR + bytes) // one memory for all, as it is read into
  for (let number = 0; number < count; number++) {
    if (gap > 0) until(number * gap)
    frame.writeUInt32BE(number, VIRTIO_NET_HDR)
    pipe.send(frame)
  }
  until(Number.POSITIVE_INFINITY)
  return out
}

const numbers = (out: readonly { number: number }[]) => out.map(({ number }) => number)

describe('a line', () => {
  test('that is perfect passes all at once, in order', () => {
    expect(numbers(passed({}, { count: 3 }))).toEqual([0, 1, 2])
  })

  test('loses its share, and with the same seed the same ones', () => {
    const out = numbers(passed({ loss: 0.1 }))
    expect(out.length / 10_000).toBeGreaterThan(0.88)
    expect(out.length / 10_000).toBeLessThan(0.92)
    expect(numbers(passed({ loss: 0.1 }))).toEqual(out)
    expect(numbers(passed({ loss: 0.1 }, { seed: 2 }))).not.toEqual(out)
    expect(passed({ loss: 1 })).toEqual([])
  })

  test('doubles its share', () => {
    const out = passed({ duplicate: 0.05 })
    expect(out.length / 10_000).toBeGreaterThan(1.03)
    expect(out.length / 10_000).toBeLessThan(1.07)
    expect(new Set(numbers(out)).size).toBe(10_000)
  })

  test('delays each by its latency, and varies that by its jitter', () => {
    expect(passed({ latency: 10 }, { count: 3, gap: 4 })).toEqual([
      { number: 0, at: 10 },
      { number: 1, at: 14 },
      { number: 2, at: 18 },
    ])
    const delays = passed({ latency: 10, jitter: 2 }, { gap: 100 }).map(({ at }) => at % 100)
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(8)
    expect(Math.max(...delays)).toBeLessThanOrEqual(12)
    const mean = delays.reduce((sum, it) => sum + it) / delays.length
    expect(Math.abs(mean - 10)).toBeLessThan(0.1)
  })

  test('keeps the order at a rate, whatever the jitter', () => {
    const out = passed({ latency: 10, jitter: 5, rate: '80mbit' }, { count: 1000, gap: 0.1 })
    expect(numbers(out)).toEqual(Array.from({ length: 1000 }, (_, i) => i))
    expect(Math.max(...out.map(({ number, at }) => at - number * 0.1))).toBeGreaterThan(14)
  })

  test('lets its share overtake what is under way', () => {
    const out = passed({ latency: 10, reorder: 0.25 }, { gap: 1 })
    const early = out.filter(({ number, at }) => at === number)
    expect(early.length / 10_000).toBeGreaterThan(0.23)
    expect(early.length / 10_000).toBeLessThan(0.27)
    expect(out.length).toBe(10_000)
  })

  test('takes as long for its bytes as its rate says, and drops what does not fit into its queue', () => {
    const out = passed({ rate: '8mbit', queue: 5 }, { count: 10, bytes: 1000 })
    expect(out.map(({ at }) => at)).toEqual([1, 2, 3, 4, 5])
    expect(numbers(out)).toEqual([0, 1, 2, 3, 4])
  })
})

describe('options', () => {
  test('a rate is a number or has a unit', () => {
    for (const [text, bits] of [
      ['100mbit', 1e8],
      ['1.5 Gbit', 1.5e9],
      ['9600bit', 9600],
      [1e6, 1e6],
    ] as const)
      expect(changed(perfect, { rate: text }).rate).toBe(bits)
  })

  test.each([
    [{ loss: 10 }, /not a percentage/],
    [{ latency: -1 }, /milliseconds/],
    [{ jitter: 2 }, /at most the latency/],
    [{ reorder: 0.1 }, /takes a latency/],
    [{ rate: '10 MB/s' }, /bits per second/],
    [{ queue: 0 }, /packets/],
    [{ delay: 10 }, /delay/],
  ])('%j is refused', (impairment, message) => {
    expect(() => changed(perfect, impairment as Impairment)).toThrow(
      expect.objectContaining({
        code: 'ERR_NS_INVALID_OPTION',
        message: expect.stringMatching(message),
      }),
    )
  })

  test('what is not named stays; a latency alone needs no look at each packet', () => {
    const line = changed(changed(perfect, { latency: 10, loss: 0.1 }), { loss: 0 })
    expect(line).toMatchObject({ latency: 10, loss: 0 })
    expect([isPerPacket(line), isPerPacket(changed(line, { loss: 0.1 }))]).toEqual([false, true])
  })

  test('each line has randomness of its own', () => {
    expect(seedOf(1, '0/1')).not.toBe(seedOf(1, '0/2'))
    expect(seedOf(1, '0/1')).not.toBe(seedOf(2, '0/1'))
  })
})
