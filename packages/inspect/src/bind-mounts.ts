import { readFileSync, readlinkSync } from 'node:fs'
import { parseMountTable } from '@ns/mount'
import {
  attempt,
  close,
  cString,
  Namespace,
  type NamespaceType,
  O,
  open,
  RESOLVE,
} from '@ns/syscalls'
import { typeOfLink } from './link.ts'
import type { Member } from './processes.ts'

/** A file that a namespace is bound to. */
export interface HeldByMount {
  readonly type: NamespaceType
  readonly inode: number
  /** As we can open it. */
  readonly path: string
  /** The root in which it is, and where: `/proc/PID/root`, or `/`. */
  readonly root: string
  readonly target: string
}

/**
 * The namespaces that are bound to files, in every mount namespace that has a process. A mount that other mount
 * namespaces have a copy of, at the same place, is named once.
 */
export function readBindMounts(members: readonly Member[]): readonly HeldByMount[] {
  const found = new Map<string, HeldByMount>()
  for (const root of rootsOf(members)) {
    for (const { type, root: link, target } of mountsOf(root)) {
      const namespace = type === 'nsfs' ? typeOfLink(link) : undefined
      const key = `${link} ${target}`
      if (!namespace || found.has(key)) continue
      const path = root === 'self' ? target : `/proc/${root}/root${target}`
      const place = root === 'self' ? '/' : `/proc/${root}/root`
      found.set(key, { ...namespace, path, root: place, target })
    }
  }
  return [...found.values()]
}

/** Our own, then a process for each mount namespace and root directory in it: a process shows what is below its root. */
function rootsOf(members: readonly Member[]): readonly (number | 'self')[] {
  const own = members.find(({ pid }) => pid === process.pid)
  const keyOf = ({ pid, namespaces }: Member) => `${namespaces.get('mount')} ${rootOf(pid)}`
  const roots = new Map<string, number | 'self'>([[own ? keyOf(own) : 'self', 'self']])
  for (const member of members) {
    const key = keyOf(member)
    if (!roots.has(key)) roots.set(key, member.pid)
  }
  return [...roots.values()]
}

function rootOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/root`)
  } catch {
    return ''
  }
}

function mountsOf(root: number | 'self'): ReturnType<typeof parseMountTable> {
  try {
    return parseMountTable(readFileSync(`/proc/${root}/mountinfo`, 'utf8'))
  } catch {
    return [] // gone, or hidden
  }
}

/**
 * Opens what is bound to a file in a root that may be hostile: nothing on the way is followed, and nothing is asked
 * that could make us wait, such as a FUSE server (openat2(2), RESOLVE_CACHED: Linux 5.12; a mount point is cached).
 *
 * @throws {SyscallError} {NamespaceError} when it is gone or something else by now
 */
export function openBindMount({ type, root, target }: HeldByMount): Namespace {
  const directory = open(root, O.PATH | O.DIRECTORY | O.CLOEXEC)
  const how = Buffer.alloc(24) // struct open_how
  how.writeBigUInt64LE(BigInt(O.PATH | O.CLOEXEC), 0)
  how.writeUInt32LE(
    RESOLVE.IN_ROOT | RESOLVE.NO_SYMLINKS | RESOLVE.NO_MAGICLINKS | RESOLVE.CACHED,
    16,
  )
  const file = attempt('openat2', directory, cString(target), how, how.length)
  close(directory)
  try {
    return Namespace.open(type, `/proc/self/fd/${file}`)
  } finally {
    if (file >= 0) close(file)
  }
}
