import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { slower } from '../../../../testkit/src/slower.ts'

/** A process as `/proc` has it. */
export interface Process {
  readonly pid: number
  readonly parent: number
  readonly name: string
  /** `Z`: it has ended, and nobody has asked how. */
  readonly state: string
}

/** Undefined: there is no such process any more. */
export function readProcess(pid: number): Process | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const [state = '', parent = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'))
    return { pid, parent: Number(parent), name, state }
  } catch {
    return undefined
  }
}

/** All that runs, and zombies, that this pid namespace shows. */
function processes(): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(Number(name)) ?? [])
}

export function childrenOf(parent: number): Process[] {
  return processes().filter((process) => process.parent === parent)
}

export function isRunning(pid: number): boolean {
  return !['Z', 'X', undefined].includes(readProcess(pid)?.state)
}

/** Running processes with this among their arguments, but for programs of Node. */
export function withArgument(argument: string): number[] {
  return processes().flatMap(({ pid }) => {
    try {
      if (readlinkSync(`/proc/${pid}/exe`) === process.execPath) return []
      const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      return args.includes(argument) && isRunning(pid) ? pid : []
    } catch {
      return []
    }
  })
}

/** An argument for `sleep` that no other process has. */
export function uniqueSleep(): string {
  return `${1000 + Math.floor(Math.random() * 1e4)}.${process.hrtime.bigint()}`
}

/** What this process has open, by number. The one that lists them isn't among them. */
export function openFds(): Record<string, string> {
  const fds: Record<string, string> = {}
  for (const fd of readdirSync('/proc/self/fd')) {
    try {
      fds[fd] = readlinkSync(`/proc/self/fd/${fd}`)
    } catch {}
  }
  return fds
}

/** Waits until it is so; fails when that takes half a minute, or as much more as the machine is slower. */
export async function until<Value>(ask: () => Value | undefined | false): Promise<Value> {
  for (const end = Date.now() + 30_000 * slower; Date.now() < end; await sleep(5)) {
    const value = ask()
    if (value) return value
  }
  throw new Error(`not so after half a minute: ${ask}`)
}
