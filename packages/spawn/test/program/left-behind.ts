import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { descendants, slower, youngProcesses } from '@ns/testkit'

/** What this process has: its fds, its descendants with their namespaces, its mounts. */
export interface World {
  readonly fds: readonly string[]
  readonly processes: readonly string[]
  readonly mounts: string
}

export function look(): World {
  return { fds: fds(), processes: processes(), mounts: read('/proc/self/mountinfo') }
}

/** Waits until the world is as it was, as the kernel ends processes in its own time; what it is like in the end. */
export async function settle(before: World): Promise<World> {
  for (let waited = 0; ; waited += 2) {
    const now = look()
    if (waited > 2000 * slower || JSON.stringify(now) === JSON.stringify(before)) return now
    await setTimeout(2)
  }
}

/** What one has that the other hasn't: `+` came, `-` went. */
export function difference(before: World, after: World): string[] {
  const list = ({ fds, processes, mounts }: World) => [...fds, ...processes, ...mounts.split('\n')]
  const [old, now] = [list(before), list(after)]
  return [
    ...now.filter((item) => !old.includes(item)).map((item) => `+ ${item}`),
    ...old.filter((item) => !now.includes(item)).map((item) => `- ${item}`),
  ]
}

function fds(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    const target = link(`/proc/self/fd/${fd}`)
    // The directory that is being read is open too.
    return target === undefined || /^\/proc\/\d+\/fd$/.test(target) ? [] : [`${fd} ${target}`]
  })
}

/** With zombies: a process that nobody waited for is left behind too. */
function processes(): string[] {
  return descendants(youngProcesses()).map(({ pid, name }) => `${pid} ${name}`)
}

/** The processes whose parent is `pid`. */
export function childrenOf(pid: number): number[] {
  return youngProcesses().flatMap((it) => (it.parent === pid ? it.pid : []))
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return '' // gone
  }
}

function link(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}
