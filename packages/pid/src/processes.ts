import { readdirSync, readFileSync, statSync } from 'node:fs'
import { Namespace, type NamespaceRef } from '@ns/syscalls'

/** A process of a pid namespace, seen from outside. */
export interface NamespaceProcess {
  /** As the caller sees it. */
  readonly pid: number
  /** As the namespace itself sees it. */
  readonly inside: number
  /** Its parent's number inside; 0: that is outside, or above. */
  readonly parent: number
  /** The command's name, at most 15 bytes: `comm`. */
  readonly command: string
}

/**
 * The processes of a running pid namespace, those in namespaces below it not included. Processes that the caller may
 * not look at are left out, as are those that end while it looks.
 *
 * @throws {NamespaceError} when it isn't a pid namespace
 */
export function processes(ref: NamespaceRef): NamespaceProcess[] {
  using namespace = Namespace.open('pid', ref)
  const found = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(Number(name), namespace) ?? [])
  const inside = new Map(found.map((process) => [process.pid, process.inside]))
  return found
    .map(({ above, ...process }) => ({ ...process, parent: inside.get(above) ?? 0 }))
    .sort((a, b) => a.inside - b.inside)
}

/** With its parent's number as the caller sees it. */
type Seen = Omit<NamespaceProcess, 'parent'> & { readonly above: number }

function readProcess(pid: number, { identity }: Namespace): Seen | undefined {
  try {
    const { dev, ino } = statSync(`/proc/${pid}/ns/pid`)
    if (dev !== identity.device || ino !== identity.inode) return undefined
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const field = (name: string) => status.match(new RegExp(`^${name}:\\s*(.*)$`, 'm'))?.[1] ?? ''
    const inside = Number(field('NSpid').split(/\s+/).at(-1))
    return { pid, inside, above: Number(field('PPid')), command: field('Name') }
  } catch {
    return undefined // gone, or not ours to look at
  }
}

/** The caller's number of a process that is `inside` there; `undefined`: none that the caller may look at. */
export function toHostPid(ref: NamespaceRef, inside: number): number | undefined {
  return processes(ref).find((process) => process.inside === inside)?.pid
}

/** The number inside of a process that is `pid` for the caller; `undefined`: it isn't in that namespace. */
export function toInsidePid(ref: NamespaceRef, pid: number): number | undefined {
  return processes(ref).find((process) => process.pid === pid)?.inside
}
