import { close } from '../calls/fds.ts'
import { pidfdOpen, pidfdSendSignal } from '../calls/processes.ts'
import { NamespaceError } from '../errors/namespace-error.ts'
import { SyscallError } from '../errors/syscall-error.ts'
import type { NamespaceType } from './types.ts'

/**
 * Looks at a process while its number is that process's: a number is reused, a pidfd is not. It is open before the
 * first look and answers behind the last.
 *
 * @param namespace what the error is about
 * @returns what `look` did
 * @throws {NamespaceError} `ERR_NS_NO_SUCH_PROCESS` when it is gone, or ends meanwhile; `look` keeps what it opened
 */
export function whilePinned<Result>(
  pid: number,
  look: () => Result,
  namespace?: NamespaceType,
): Result {
  const pidfd = pin(pid, namespace)
  try {
    const result = look()
    if (!isThere(pidfd)) throw gone(pid, namespace)
    return result
  } finally {
    close(pidfd)
  }
}

function pin(pid: number, namespace: NamespaceType | undefined): number {
  try {
    return pidfdOpen(pid)
  } catch (cause) {
    // EINVAL, since Linux 6.9 ENOENT: a thread that leads no process.
    const isNone =
      cause instanceof SyscallError && ['ESRCH', 'EINVAL', 'ENOENT'].includes(cause.code)
    throw isNone ? gone(pid, namespace, cause) : cause
  }
}

/** Signal 0; not being allowed to send it says that there is someone. */
function isThere(pidfd: number): boolean {
  try {
    return pidfdSendSignal(pidfd, 0)
  } catch {
    return true
  }
}

function gone(pid: number, namespace: NamespaceType | undefined, cause?: unknown): NamespaceError {
  const details = { code: 'ERR_NS_NO_SUCH_PROCESS', namespace, operation: 'open', cause } as const
  return new NamespaceError(`there is no process ${pid}`, details)
}
