import { setTimeout } from 'node:timers/promises'
import { checkKeys, invalidOption } from '@ns/syscalls'
import { type ListOptions, list } from './list.ts'
import type { Listing, NamespaceInfo } from './namespace-info.ts'

/** What to watch, and how often to look. */
export interface WatchOptions extends ListOptions {
  /** `ms` between two looks. @default 1000 */
  readonly interval?: number | undefined
  /** Ends it, without an error. */
  readonly signal?: AbortSignal | undefined
}

/** What has changed since the last look. */
export interface Change {
  readonly came: readonly NamespaceInfo[]
  readonly went: readonly NamespaceInfo[]
  /** All that is there now. */
  readonly listing: Listing
}

/**
 * Namespaces that come and go. The first change is what is there, all of it having come; then there is one whenever a
 * look finds a difference. The kernel tells nobody: what is gone by the next look is never seen, nor is one that has
 * taken over the number of another of its type by then.
 *
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION`
 */
export async function* watch(options: WatchOptions = {}): AsyncGenerator<Change, void, void> {
  const { interval = 1000, signal, ...which } = options
  if (!(Number.isFinite(interval) && interval >= 0))
    throw invalidOption('watch.interval: a number of milliseconds is wanted')
  checkKeys('watch', which, ['types', 'pid', 'persistent'])
  let before: readonly NamespaceInfo[] = []
  while (!signal?.aborted) {
    const listing = list(which)
    const came = without(listing.namespaces, before)
    const went = without(before, listing.namespaces)
    before = listing.namespaces
    if (came.length > 0 || went.length > 0) yield { came, went, listing }
    await setTimeout(interval, undefined, signal ? { signal } : {}).catch(() => {}) // aborted
  }
}

function without(
  all: readonly NamespaceInfo[],
  known: readonly NamespaceInfo[],
): readonly NamespaceInfo[] {
  const keyOf = ({ type, inode }: NamespaceInfo) => `${type} ${inode}`
  const keys = new Set(known.map(keyOf))
  return all.filter((one) => !keys.has(keyOf(one)))
}
