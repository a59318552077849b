import { readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import type { SubidRange } from './arrange.ts'
import { isId } from './id-map.ts'

/** Whose lines count: both tables are kept by the user, the one of groups too (subgid(5)). */
export interface Owner {
  readonly uid: number
  /** Absent for a uid that has no name. */
  readonly name?: string | undefined
}

/**
 * The ranges of a user in `/etc/subuid` or `/etc/subgid`. Lines are `NAME-OR-UID:START:COUNT`; any other is nobody's, as
 * it is for newuidmap: half a number is none (CVE-2026-30892).
 *
 * @see subuid(5), subgid(5)
 */
export function parseSubids(text: string, { uid, name }: Owner): SubidRange[] {
  return text.split('\n').flatMap((line) => {
    const [owner, first, many, ...rest] = line.split(':')
    if (rest.length > 0 || (owner !== name && owner !== `${uid}`)) return []
    if (!/^\d+$/.test(first ?? '') || !/^\d+$/.test(many ?? '')) return []
    const [start, count] = [Number(first), Number(many)]
    return count > 0 && isId(start) && isId(start + count - 1) ? [{ start, count }] : []
  })
}

/** The caller's own lines; none where there is no such file. */
export function readSubids(path: '/etc/subuid' | '/etc/subgid', uid: number): SubidRange[] {
  try {
    return parseSubids(readFileSync(path, 'utf8'), { uid, name: nameOf(uid) })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

function nameOf(uid: number): string | undefined {
  try {
    const info = userInfo()
    return info.uid === uid ? info.username : undefined
  } catch {
    return undefined // not in the password database
  }
}
