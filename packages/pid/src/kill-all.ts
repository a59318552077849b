import {
  close,
  invalidOption,
  Namespace,
  type NamespaceRef,
  pidfdOpen,
  pidfdSendSignal,
  SIGNAL,
} from '@ns/syscalls'
import { toHostPid } from './processes.ts'

/**
 * Ends all processes of a pid namespace and of those below it: its PID 1 is killed by pidfd, and the kernel ends the
 * others (pid_namespaces(7)).
 *
 * @returns false when there is no PID 1 that the caller may look at
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION` for our own; {SyscallError} `EPERM` where PID 1 may not be signalled
 */
export function killAll(ref: NamespaceRef): boolean {
  using namespace = Namespace.open('pid', ref)
  if (namespace.isOwn()) throw invalidOption('killAll: that is our own pid namespace', 'pid')
  const init = toHostPid(namespace, 1)
  if (init === undefined) return false
  const pidfd = pidfdOpen(init)
  try {
    // Before the pidfd was open the number may have become another process's.
    return toHostPid(namespace, 1) === init && pidfdSendSignal(pidfd, SIGNAL.KILL)
  } finally {
    close(pidfd)
  }
}
