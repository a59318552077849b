import { readdirSync, readFileSync, statSync } from 'node:fs'
import { Namespace, type NamespaceRef } from '@ns/syscalls'

/** A process of a pid namespace, seen from outside. */
export interface NamespaceProcess {
  /** As the caller sees it. */
  readonly pid: number
  /** As the namespace itself sees it. */
  readonly inside: number
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
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(Number(name), namespace) ?? [])
    .sort((a, b) => a.inside - b.inside)
}

function readProcess(pid: number, { identity }: Namespace): NamespaceProcess | undefined {
  try {
    const { dev, ino } = statSync(`/proc/${pid}/ns/pid`)
    if (dev !== identity.device || ino !== identity.inode) return undefined
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const field = (name: string) => status.match(new RegExp(`^${name}:\\s*(.*)$`, 'm'))?.[1] ?? ''
    return { pid, inside: Number(field('NSpid').split(/\s+/).at(-1)), command: field('Name') }
  } catch {
    return undefined // gone, or not ours to look at
  }
}
