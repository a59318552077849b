import { readFileSync } from 'node:fs'

/** The machine as causes look at it: files of `/proc`. A test gives one of its own. */
export interface Machine {
  /** A file's text without blanks around it; `undefined` when it isn't there or may not be read. */
  read(path: string): string | undefined
}

/** The one that we are on, as it is at the moment of each look. */
export const thisMachine: Machine = {
  read(path) {
    try {
      return readFileSync(path, 'utf8').trim()
    } catch {
      return undefined
    }
  },
}

/** `user.max_uts_namespaces` is `/proc/sys/user/max_uts_namespaces` (sysctl(8)). */
export function sysctl({ read }: Machine, name: string): string | undefined {
  return read(`/proc/sys/${name.replace('.', '/')}`)
}

/** A line of `/proc/self/status`. */
export function statusOf({ read }: Machine, key: string): string | undefined {
  return read('/proc/self/status')?.match(new RegExp(`^${key}:\\s*(.*)$`, 'm'))?.[1]
}

/** Whether this process has a capability, by its number (capabilities(7)). */
export function isCapable(machine: Machine, capability: number): boolean {
  const effective = BigInt(`0x${statusOf(machine, 'CapEff') ?? 0}`)
  return (effective & (1n << BigInt(capability))) !== 0n
}

/** Whether the root is a directory of another: no mount is at `/` then, or none that we could see. */
export function isInChroot(machine: Machine): boolean {
  const points = mountPoints(machine)
  return points.length > 0 && !points.includes('/')
}

/** What lies over parts of `/proc`. */
export function coversOfProc(machine: Machine): readonly string[] {
  return mountPoints(machine).filter((point) => point.startsWith('/proc/'))
}

function mountPoints({ read }: Machine): readonly string[] {
  const lines = read('/proc/self/mountinfo')?.split('\n') ?? []
  return lines.flatMap((line) => line.split(' ')[4] ?? [])
}
