import { readFileSync } from 'node:fs'
import { isFiltered } from '../kernel/filter.ts'
import { isBefore } from '../kernel/release.ts'
import type { NamespaceType } from '../namespaces/types.ts'

/** The machine as causes look at it: files of `/proc`, and the filter of this process. A test gives one of its own. */
export interface Machine {
  /** A file's text without blanks around it; `undefined` when it isn't there or may not be read. */
  read(path: string): string | undefined
  /** Whether a seccomp filter refuses new namespaces of this type to a call. */
  isFiltered(call: string, namespace: NamespaceType): boolean
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
  isFiltered,
}

/** `user.max_uts_namespaces` is `/proc/sys/user/max_uts_namespaces` (sysctl(8)). */
export function sysctl({ read }: Machine, name: string): string | undefined {
  return read(`/proc/sys/${name.replace('.', '/')}`)
}

/** A line of `/proc/self/status`. */
export function statusOf({ read }: Machine, key: string): string | undefined {
  return read('/proc/self/status')?.match(new RegExp(`^${key}:\\s*(.*)$`, 'm'))?.[1]
}

/** Whether the kernel is an older one: `isKernelBefore(machine, 5, 11)`. */
export function isKernelBefore({ read }: Machine, major: number, minor: number): boolean {
  return isBefore(read('/proc/sys/kernel/osrelease') ?? '6', major, minor)
}

/** Whether this process has a capability, by its number (capabilities(7)). */
export function isCapable(machine: Machine, capability: number): boolean {
  const effective = BigInt(`0x${statusOf(machine, 'CapEff') ?? 0}`)
  return (effective & (1n << BigInt(capability))) !== 0n
}

/** The security modules of this kernel, or where to look. */
export function securityModules({ read }: Machine): string {
  return read('/sys/kernel/security/lsm') ?? 'the log says which'
}

/** Which of this process's own ids, `'uid'` or `'gid'`, its user namespace has no place for; then it can own no other. */
export function unmappedId(machine: Machine): 'uid' | 'gid' | undefined {
  return (['uid', 'gid'] as const).find((kind) => {
    const map = machine.read(`/proc/self/${kind}_map`)
    const effective = Number(statusOf(machine, kind === 'uid' ? 'Uid' : 'Gid')?.split(/\s+/)[1])
    if (map === undefined || Number.isNaN(effective)) return false
    return !map.split('\n').some((line) => {
      const [inside = 0, , count = 0] = line.trim().split(/\s+/).map(Number)
      return effective >= inside && effective < inside + count
    })
  })
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
