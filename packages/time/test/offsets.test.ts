import { describe, expect, test } from 'vitest'
import { formatOffset, parseOffsets } from '../src/offsets.ts'
import { time } from '../src/time.ts'

describe('offsets in the kernel’s format', () => {
  test.each([
    [0.5, 'boottime 0 500000000\n'],
    [-1.25, 'boottime -2 750000000\n'],
    [86_400, 'boottime 86400 0\n'],
    [1.9999999999, 'boottime 2 0\n'],
    [-0.000000001, 'boottime -1 999999999\n'],
  ])('%d seconds have nanoseconds that are never negative', (seconds, line) => {
    expect(formatOffset('boottime', seconds)).toBe(line)
  })

  test('what is written reads back', () => {
    const text = formatOffset('monotonic', -7.125) + formatOffset('boottime', 3600.5)
    expect(parseOffsets(text)).toEqual({ monotonic: -7.125, boottime: 3600.5 })
  })

  test('the kernel’s columns read', () => {
    const text = 'monotonic          -2 750000000\nboottime        86400         0\n'
    expect(parseOffsets(text)).toEqual({ monotonic: -1.25, boottime: 86_400 })
  })
})

describe('refused before anything exists', () => {
  test.each([
    [{ boottime: Number.NaN }, /time\.boottime/],
    [{ monotonic: '5' }, /time\.monotonic/],
    [{ monotonic: 1e12 }, /time\.monotonic.*beyond/],
    [{ seconds: 5 }, /unknown option seconds/],
    [{ join: 1, boottime: 5 }, /time\.join/],
  ])('A7: %o', (options, message) => {
    expect(() => time(options as never)).toThrow(
      expect.objectContaining({
        code: 'ERR_NS_INVALID_OPTION',
        message: expect.stringMatching(message),
      }),
    )
  })
})
