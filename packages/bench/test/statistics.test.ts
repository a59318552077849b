import { expect, test } from 'vitest'
import { median, quantile, ratio, shuffle } from '../src/statistics.ts'

test('a median of an even count lies between the two in the middle', () => {
  expect(median([4, 1, 3, 2])).toBe(2.5)
  expect(quantile([10, 20, 30, 40, 50], 0.25)).toBe(20)
})

test('a ratio of series that differ by a factor in each round is that factor, without doubt', () => {
  const below = [1, 5, 2, 8, 3, 9, 4]
  expect(
    ratio(
      below.map((value) => value * 3),
      below,
    ),
  ).toEqual({ value: 3, low: 3, high: 3 })
})

test('the interval of a ratio holds it and is as wide as the rounds differ', () => {
  const above = Array.from({ length: 50 }, (_, i) => 10 + (i % 7))
  const below = Array.from({ length: 50 }, (_, i) => 5 + (i % 3))
  const { value, low, high } = ratio(above, below)
  expect(low).toBeLessThanOrEqual(value)
  expect(high).toBeGreaterThanOrEqual(value)
  expect(high).toBeGreaterThan(low)
})

test('shuffling keeps every element and changes the order', () => {
  const list = Array.from({ length: 100 }, (_, i) => i)
  const shuffled = shuffle(list)
  expect(shuffled).not.toEqual(list)
  expect(shuffled.sort((a, b) => a - b)).toEqual(list)
})
