import { on } from 'node:events'
import { watch } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { readKeyed } from './files.ts'

/** What a cgroup has to tell (cgroups(7)). */
export interface CgroupEvents {
  /** Whether there is a process in it or below it. */
  readonly populated: boolean
  readonly frozen: boolean
  /** How often: `low` `high` `max` `oom` `oom_kill` `oom_group_kill`; absent without the controller. */
  readonly memory?: Readonly<Record<string, number>> | undefined
  /** How often `pids.max` was reached: `max`; absent without the controller. */
  readonly pids?: Readonly<Record<string, number>> | undefined
}

/** As it is now; `undefined` once the cgroup is gone. */
export function readEvents(directory: string): CgroupEvents | undefined {
  const events = readKeyed(`${directory}/cgroup.events`)
  return (
    events && {
      populated: events.populated === 1,
      frozen: events.frozen === 1,
      memory: readKeyed(`${directory}/memory.events`),
      pids: readKeyed(`${directory}/pids.events`),
    }
  )
}

/**
 * What is so now, and then whenever it is otherwise; ends with the cgroup, or with the signal. The kernel tells of changes
 * 10 ms apart at least: of what lasted shorter only the end is seen. That a cgroup was empty at its end is always told.
 */
export async function* watchEvents(
  directory: string,
  signal?: AbortSignal,
): AsyncGenerator<CgroupEvents, void, void> {
  const end = new AbortController()
  const ended = signal ? AbortSignal.any([signal, end.signal]) : end.signal
  // Before the first look: nothing is missed. The kernel tells watchers of its files (inotify).
  const watcher = watch(directory)
  watcher.on('error', () => end.abort()) // gone
  let told: CgroupEvents | undefined
  try {
    const changes = on(watcher, 'change', { signal: ended })
    do {
      const events = readEvents(directory)
      if (!events) break
      if (!isDeepStrictEqual(events, told)) yield events
      told = events
    } while (!ended.aborted && (await changes.next().then(({ done }) => !done)))
  } catch (error) {
    if (!ended.aborted) throw error
  } finally {
    watcher.close()
  }
  // Only an empty one can be removed.
  if (told?.populated && !readEvents(directory)) yield { ...told, populated: false, frozen: false }
}
