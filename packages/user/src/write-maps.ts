import { writeFileSync } from 'node:fs'
import { hintFor, NamespaceError, type ParkedChild, SyscallError } from '@ns/syscalls'
import { formatRanges } from './id-map.ts'
import type { Maps } from './maps.ts'
import { type Kind, runNewidmap, runNewidmapNow } from './newidmap.ts'

/**
 * Writes the maps of a child that waits: what takes the parent's privilege, or that of newuidmap and newgidmap.
 * setgroups first: it can't be changed once the gid map is there (user_namespaces(7)). `pid` is the parent's own child,
 * which isn't reaped meanwhile, so it is nobody else's.
 */
export function writeMaps({ pid, isBlocking }: ParkedChild, maps: Maps): void | Promise<void> {
  // Allowed is what it is by itself; newgidmap decides whether it stays so (CVE-2018-7169).
  if (maps.setgroups === 'deny') write(`/proc/${pid}/setgroups`, 'deny')
  if (!isBlocking) return writeMap('gid', pid, maps).then(() => writeMap('uid', pid, maps))
  for (const kind of ['gid', 'uid'] as const) writeMapNow(kind, pid, maps)
}

async function writeMap(kind: Kind, pid: number, maps: Maps): Promise<void> {
  const program = maps.programs[kind]
  if (program === undefined) writeMapNow(kind, pid, maps)
  else await runNewidmap(program, kind, pid, maps[kind])
}

function writeMapNow(kind: Kind, pid: number, maps: Maps): void {
  const program = maps.programs[kind]
  if (program === undefined) write(`/proc/${pid}/${kind}_map`, formatRanges(maps[kind]))
  else runNewidmapNow(program, kind, pid, maps[kind])
}

/** The whole in one write, as the kernel demands. */
function write(path: string, content: string): void {
  try {
    writeFileSync(path, content)
  } catch (error) {
    const { errno = -1, code = '' } = error as NodeJS.ErrnoException
    const cause = new SyscallError(-errno, 'write', { path })
    const hint = hintFor({ call: 'write', errno: code, namespace: 'user', operation: 'map' })
    throw new NamespaceError(`user: cannot write ${path}: ${cause.message}`, {
      code: code === 'EPERM' || code === 'EACCES' ? 'ERR_NS_USERNS_RESTRICTED' : 'ERR_NS_SETUP',
      namespace: 'user',
      operation: 'map',
      hint,
      cause,
    })
  }
}
