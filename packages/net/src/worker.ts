import { access, writeSync } from 'node:fs'
import type { Worker, WorkerOptions } from 'node:worker_threads'
import {
  attempt,
  CLONE_NEW,
  close,
  isPrivileged,
  type Namespace,
  NamespaceError,
  O,
  open,
  SyscallError,
} from '@ns/syscalls'

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
  // libuv's pool starts at its first use, in the namespaces of the thread that uses it: now, not in the new one.
  access('/', () => {})
  const home = open('/proc/thread-self/ns/net', O.RDONLY | O.CLOEXEC)
  try {
    const entered = attempt('setns', namespace.fd, CLONE_NEW.net)
    if (entered < 0) {
      const cause = new SyscallError(-entered, 'setns', { path: `${namespace}` })
      throw refused(cause.message, cause)
    }
    try {
      return new Worker(file, copied)
    } finally {
      if (attempt('setns', home, CLONE_NEW.net) < 0) giveUp()
    }
  } finally {
    close(home)
  }
}

/** All that this thread did from here on would land in the wrong namespace. */
function giveUp(): never {
  writeSync(2, 'net: the way back from a network namespace is barred: this process ends\n')
  process.kill(process.pid, 'SIGKILL')
  throw new Error('killed')
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
