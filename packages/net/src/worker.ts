import type { Worker, WorkerOptions } from 'node:worker_threads'
import {
  attempt,
  CLONE_NEW,
  isPrivileged,
  type Namespace,
  NamespaceError,
  SyscallError,
} from '@ns/syscalls'
import { whileThere } from './thread.ts'

/**
 * Starts a Worker whose thread is born in a network namespace. For that the calling thread enters it and comes back
 * before anything else of JavaScript can run; the options are copied before, as getters are somebody's code.
 *
 * @throws {NamespaceError} `ERR_NS_PERMISSION` without CAP_SYS_ADMIN here and in the user namespace that owns it
 */
export function startWorker(
  namespace: Namespace,
  file: string | URL,
  options: WorkerOptions,
): Worker {
  if (!isPrivileged()) throw refused('the caller has no CAP_SYS_ADMIN')
  const { Worker } = process.getBuiltinModule('node:worker_threads')
  const copied = { ...options }
  const enter = () => {
    const entered = attempt('setns', namespace.fd, CLONE_NEW.net)
    if (entered === 0) return
    const cause = new SyscallError(-entered, 'setns', { path: `${namespace}` })
    throw refused(cause.message, cause)
  }
  return whileThere(enter, () => new Worker(file, copied))
}

function refused(why: string, cause?: unknown): NamespaceError {
  return new NamespaceError(`net: a Worker is born where its maker is: ${why}`, {
    code: 'ERR_NS_PERMISSION',
    namespace: 'net',
    operation: 'enter',
    hint: 'run as root, or the whole program in a user namespace that owns the network namespace; sockets (`listen`, `connect`, …) take no privilege',
    cause,
  })
}
