import { readdirSync, rmdirSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { close, pidfdOpen, pidfdSendSignal, SIGNAL } from '@ns/syscalls'
import { failed, readText, write } from './files.ts'

/** The pids in a cgroup, those in cgroups below it not included; none once it is gone. */
export function readProcesses(directory: string): readonly number[] {
  const lines = readText(`${directory}/cgroup.procs`)?.split('\n') ?? []
  return lines.filter(Boolean).map(Number)
}

/** Ends all that is in a cgroup and below it, whatever it forks meanwhile. */
export function killAllIn(directory: string): void {
  try {
    write(`${directory}/cgroup.kill`, 1)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw failed('kill', directory, error)
    killOneByOne(directory)
  }
}

/** Below Linux 5.14: frozen, nothing forks; a fork that was under way has its child there at the next look. */
function killOneByOne(directory: string): void {
  if (readText(`${directory}/cgroup.procs`) === undefined) return // the cgroup itself is gone
  write(`${directory}/cgroup.freeze`, 1)
  try {
    const seen = new Set<number>()
    for (let before = -1; before < seen.size; ) {
      before = seen.size
      for (const below of eachBelow(directory))
        for (const pid of readProcesses(below))
          if (!seen.has(pid)) {
            seen.add(pid)
            killIn(below, pid)
          }
    }
  } finally {
    write(`${directory}/cgroup.freeze`, 0)
  }
}

/** The number is looked up again once it is pinned: it may have become another process's. */
function killIn(directory: string, pid: number): void {
  let pidfd: number
  try {
    pidfd = pidfdOpen(pid)
  } catch {
    return // gone
  }
  try {
    if (readProcesses(directory).includes(pid)) pidfdSendSignal(pidfd, SIGNAL.KILL)
  } finally {
    close(pidfd)
  }
}

/** A cgroup and all below it, the lowest first. */
function eachBelow(directory: string): readonly string[] {
  try {
    const names = readdirSync(directory, { withFileTypes: true }).filter((one) => one.isDirectory())
    return [...names.flatMap(({ name }) => eachBelow(`${directory}/${name}`)), directory]
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/**
 * Ends what is in it and removes it with all below. What has been killed takes a while to end.
 *
 * @throws {NamespaceError} `ERR_NS_CGROUP` when something in it doesn't end within 10 s: it hangs in the kernel
 */
export async function removeAll(directory: string): Promise<void> {
  const deadline = performance.now() + 10_000
  for (let wait = 1; ; wait = Math.min(2 * wait, 50)) {
    killAllIn(directory)
    try {
      for (const below of eachBelow(directory)) rmdirSync(below)
      return
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException
      if (code !== 'EBUSY' && code !== 'ENOENT') throw failed('remove', directory, cause)
      if (performance.now() > deadline)
        throw failed(
          'remove',
          directory,
          cause,
          'a process in it does not end: ps -o pid,stat,wchan says where it hangs',
        )
    }
    await setTimeout(wait)
  }
}
