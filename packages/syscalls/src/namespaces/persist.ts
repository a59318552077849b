import { closeSync, fstatSync, openSync, statfsSync, statSync, unlinkSync } from 'node:fs'
import { attempt, cString, succeed } from '../calls/result.ts'
import type { ErrorCode } from '../errors/codes.ts'
import { hintFor } from '../errors/hints.ts'
import { NamespaceError } from '../errors/namespace-error.ts'
import { SyscallError } from '../errors/syscall-error.ts'
import { MNT_DETACH, MS, O, UMOUNT_NOFOLLOW } from '../kernel/constants.ts'
import type { Namespace } from './namespace.ts'

/** `include/uapi/linux/magic.h` */
const NSFS_MAGIC = 0x6e736673

/** Binds a namespace to a file, which is made if it isn't there: `Namespace.persist`. */
export function persist(namespace: Namespace, path: string): void {
  const { fd, isMade } = openFile(path, namespace)
  try {
    // The file itself, whatever the name leads to by now.
    const target = cString(`/proc/self/fd/${fd}`)
    const source = cString(`/proc/self/fd/${namespace.fd}`)
    const where = { path: `${namespace}`, dest: path }
    succeed(where, 'mount', source, target, null, MS.BIND, null)
  } catch (cause) {
    if (isMade) unlinkSync(path)
    throw failed(`${namespace} cannot be kept by '${path}'`, 'persist', cause, namespace, path)
  } finally {
    closeSync(fd)
  }
}

function openFile(path: string, namespace: Namespace): { fd: number; isMade: boolean } {
  try {
    return { fd: openSync(path, O.RDONLY | O.CREAT | O.EXCL, 0o444), isMade: true }
  } catch (error) {
    const message = `${namespace} cannot be kept by '${path}'`
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
      throw failed(message, 'persist', error, namespace, path)
    const fd = openSync(path, O.PATH | O.NOFOLLOW)
    const refusal = refusalOf(fd)
    if (refusal === undefined) return { fd, isMade: false }
    closeSync(fd)
    throw failed(`${message}: ${refusal}`, 'persist', error, namespace, path)
  }
}

/** A link may lead anywhere, and what is bound over another namespace hides it. */
function refusalOf(fd: number): string | undefined {
  if (isNamespace(fd)) return 'it keeps one already; unpersist it first'
  return fstatSync(fd).isFile() ? undefined : 'it is there, and is no regular file'
}

const isNamespace = (fd: number) => statfsSync(`/proc/self/fd/${fd}`).type === NSFS_MAGIC

/**
 * Ends what `Namespace.persist`, `unshare --net=PATH` or `ip netns add` began: takes the bind mount away and removes the
 * file, unless it has content of its own. The namespace ends with the last that is in it or holds it.
 *
 * @throws {NamespaceError} `ERR_NS_NOT_A_NAMESPACE` when no namespace is bound there, `ERR_NS_PERMISSION` without
 * CAP_SYS_ADMIN in the own mount namespace, else `ERR_NS_PERSIST`
 */
export function unpersist(path: string): void {
  try {
    const fd = openSync(path, O.PATH | O.NOFOLLOW)
    const isOne = isNamespace(fd)
    closeSync(fd)
    if (!isOne)
      throw new NamespaceError(`no namespace is bound to '${path}'`, {
        code: 'ERR_NS_NOT_A_NAMESPACE',
        operation: 'unpersist',
      })
    // Detached: somebody who has it open keeps the namespace, not the file.
    const result = attempt('umount2', cString(path), MNT_DETACH | UMOUNT_NOFOLLOW)
    if (result < 0) throw new SyscallError(-result, 'umount2', { path })
    const { size } = statSync(path)
    if (size === 0) unlinkSync(path)
  } catch (cause) {
    if (cause instanceof NamespaceError) throw cause
    throw failed(`'${path}' cannot be given up`, 'unpersist', cause, undefined, path)
  }
}

function failed(
  message: string,
  operation: 'persist' | 'unpersist',
  cause: unknown,
  namespace: Namespace | undefined,
  path: string,
): NamespaceError {
  const { code: errno = '', syscall: call = '' } = cause as NodeJS.ErrnoException
  const code: ErrorCode = /^(EPERM|EACCES)$/.test(errno) ? 'ERR_NS_PERMISSION' : 'ERR_NS_PERSIST'
  const { type } = namespace ?? {}
  const hint = hintFor({ call, errno, namespace: type, operation, dest: path })
  const details = { code, namespace: type, operation, hint, cause }
  return new NamespaceError(errno === 'EEXIST' ? message : `${message}: ${errno}`, details)
}
