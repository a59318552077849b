import { writeFileSync } from 'node:fs'
import { hintFor, NamespaceError, SyscallError } from '@ns/syscalls'

/**
 * Writes the maps of a child that waits: what takes the parent's privilege. Each file in one write, setgroups first:
 * it can't be changed once the gid map is there (user_namespaces(7)).
 */
export function writeMaps(
  pid: number,
  uidMap: string,
  gidMap: string,
  setgroups: 'allow' | 'deny',
): void {
  write(`/proc/${pid}/setgroups`, setgroups)
  write(`/proc/${pid}/gid_map`, gidMap)
  write(`/proc/${pid}/uid_map`, uidMap)
}

function write(path: string, content: string): void {
  try {
    writeFileSync(path, content)
  } catch (error) {
    const { errno = -1, code = '' } = error as NodeJS.ErrnoException
    const cause = new SyscallError(-errno, 'write', { path })
    const advice =
      'a map of more than your own id takes CAP_SETUID and CAP_SETGID in the parent user namespace, over ids that are mapped there'
    const hint =
      hintFor({ call: 'write', errno: code, namespace: 'user', operation: 'map' }) ?? advice
    throw new NamespaceError(`user: cannot write ${path}: ${cause.message}`, {
      code: code === 'EPERM' ? 'ERR_NS_PERMISSION' : 'ERR_NS_SETUP',
      namespace: 'user',
      operation: 'map',
      hint,
      cause,
    })
  }
}
