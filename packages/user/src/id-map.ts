import { checkKeys, invalidOption } from '@ns/syscalls'

/** One line of a map: `count` ids from `inside` on are `count` ids from `outside` on. */
export interface IdRange {
  readonly inside: number
  /** In the user namespace of the caller. */
  readonly outside: number
  readonly count: number
}

/** `UID_GID_MAP_MAX_EXTENTS`, Linux 4.15; 5 before. */
const MOST_LINES = 340
/** It is written at once, and has to be less than a page (user_namespaces(7)). */
const LONGEST = 4095
/** The highest id is no id: (uid_t) -1. */
const IDS = 0xffffffff

/** Whether it can be an id: a whole number, from 0 to below (uid_t) -1. Text never is (CVE-2026-30892). */
export function isId(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < IDS
}

/** @throws {NamespaceError} `ERR_NS_INVALID_OPTION`, naming the option, for what the kernel would answer EINVAL to */
export function validateRanges(ranges: readonly IdRange[], key: string): void {
  if (!Array.isArray(ranges) || ranges.length === 0)
    throw invalidOption(`${key}: a list of ranges is wanted`, 'user')
  for (const range of ranges) validateRange(range, key)
  validateSize(ranges, key)
  for (const side of ['inside', 'outside'] as const) {
    const sorted = [...ranges].sort((a, b) => a[side] - b[side])
    sorted.forEach((range, i) => {
      const next = sorted[i + 1]
      if (next && range[side] + range.count > next[side])
        throw invalidOption(
          `${key}: the ranges at ${side} ${range[side]} and ${next[side]} overlap`,
          'user',
        )
    })
  }
}

/** @throws {NamespaceError} `ERR_NS_INVALID_OPTION` for a map that has more lines, or more text, than the kernel takes */
export function validateSize(ranges: readonly IdRange[], key: string): void {
  if (ranges.length > MOST_LINES)
    throw invalidOption(`${key}: ${ranges.length} ranges, the kernel takes ${MOST_LINES}`, 'user')
  const bytes = formatRanges(ranges).length
  if (bytes > LONGEST)
    throw invalidOption(`${key}: ${bytes} bytes of text, the kernel takes ${LONGEST}`, 'user')
}

function validateRange(range: IdRange, key: string): void {
  checkKeys(key, range, ['inside', 'outside', 'count'], 'user')
  const { inside, outside, count } = range
  if (!isId(inside) || !isId(outside) || !Number.isInteger(count) || count < 1)
    throw invalidOption(
      `${key}: inside, outside and count have to be whole numbers, count at least 1`,
      'user',
    )
  if (inside + count > IDS || outside + count > IDS)
    throw invalidOption(`${key}: ids end at ${IDS - 1}`, 'user')
}

/** The kernel's format: a line a range. */
export function formatRanges(ranges: readonly IdRange[]): string {
  return ranges.map(({ inside, outside, count }) => `${inside} ${outside} ${count}\n`).join('')
}

/** Reads the kernel's format. */
export function parseRanges(text: string): IdRange[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [inside = 0, outside = 0, count = 0] = line.trim().split(/\s+/).map(Number)
      return { inside, outside, count }
    })
}

/** What an outside id is inside; `undefined` when it isn't mapped. */
export function insideId(ranges: readonly IdRange[], id: number): number | undefined {
  const range = ranges.find(({ outside, count }) => id >= outside && id < outside + count)
  return range && range.inside + (id - range.outside)
}

/** What an inside id is outside; `undefined` when it isn't mapped, or is nothing that can be seen from here. */
export function outsideId(ranges: readonly IdRange[], id: number): number | undefined {
  const range = ranges.find(({ inside, count }) => id >= inside && id < inside + count)
  return range && range.outside < IDS ? range.outside + (id - range.inside) : undefined
}
