import { readFileSync } from 'node:fs'
import {
  close,
  lookAtInside,
  Namespace,
  NamespaceError,
  type NamespaceRef,
  O,
  open,
  type SyscallError,
} from '@ns/syscalls'
import { type IdRange, insideId, outsideId, parseRanges } from './id-map.ts'

/** The maps of a user namespace that is running. */
export interface IdMaps {
  readonly uid: readonly IdRange[]
  readonly gid: readonly IdRange[]
  readonly setgroups: 'allow' | 'deny'
}

/**
 * The maps of a running user namespace; `outside` are ids of the caller's own namespace, however many are in between. Of
 * the caller's own namespace they are those of the one above. By pid anybody's can be read; by path, fd or handle the
 * namespace is entered, which takes being its owner, or root.
 *
 * @throws {NamespaceError} when it isn't a user namespace, may not be entered, or the process is gone
 */
export async function readIdMaps(ref: NamespaceRef): Promise<IdMaps> {
  if (typeof ref === 'number') return readProcess(ref)
  using namespace = Namespace.open('user', ref)
  if (namespace.isOwn()) return readProcess(0)
  return await lookAtInside({ user: namespace }, ({ pid }) => readProcess(pid))
}

/** Through an open directory: all three files are of one process, or the process is gone. */
function readProcess(pid: number): IdMaps {
  let directory: number | undefined
  try {
    directory = open(`/proc/${pid === 0 ? 'self' : pid}`, O.PATH | O.DIRECTORY | O.CLOEXEC)
    const read = (name: string) => readFileSync(`/proc/self/fd/${directory}/${name}`, 'latin1')
    return {
      uid: parseRanges(read('uid_map')),
      gid: parseRanges(read('gid_map')),
      setgroups: read('setgroups').trim() === 'deny' ? 'deny' : 'allow',
    }
  } catch (cause) {
    throw gone(pid, cause)
  } finally {
    if (directory !== undefined) close(directory)
  }
}

function gone(pid: number, cause: unknown): NamespaceError {
  const { message } = cause as SyscallError
  return new NamespaceError(`user: cannot read the maps of process ${pid}: ${message}`, {
    code: 'ERR_NS_NO_SUCH_PROCESS',
    namespace: 'user',
    operation: 'read',
    cause,
  })
}

/** What a uid inside is in the caller's namespace; `undefined` when it isn't mapped: as an owner it is shown as 65534. */
export function toHostUid(maps: Pick<IdMaps, 'uid'>, uid: number): number | undefined {
  return outsideId(maps.uid, uid)
}

/** What a gid inside is in the caller's namespace; `undefined` when it isn't mapped. */
export function toHostGid(maps: Pick<IdMaps, 'gid'>, gid: number): number | undefined {
  return outsideId(maps.gid, gid)
}

/** What a uid of the caller's namespace is inside; `undefined` when it isn't mapped. */
export function toInsideUid(maps: Pick<IdMaps, 'uid'>, uid: number): number | undefined {
  return insideId(maps.uid, uid)
}

/** What a gid of the caller's namespace is inside; `undefined` when it isn't mapped. */
export function toInsideGid(maps: Pick<IdMaps, 'gid'>, gid: number): number | undefined {
  return insideId(maps.gid, gid)
}
