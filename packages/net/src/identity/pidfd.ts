import { readFileSync } from 'node:fs'
import { attempt, close, invalidOption, Namespace, NamespaceError } from '@ns/syscalls'

/** `include/uapi/linux/pidfd.h`, Linux 6.11 */
const PIDFD_GET_NET_NAMESPACE = 0xff04

/**
 * The network namespace of a process that a pidfd names: another one that gets its number meanwhile is not taken for it.
 *
 * @throws {NamespaceError} `ERR_NS_NO_SUCH_PROCESS`, `ERR_NS_PERMISSION`; `ERR_NS_INVALID_OPTION` when it is no pidfd
 */
export function namespaceOfPidfd(pidfd: number): Namespace {
  const fd = attempt('ioctl', pidfd, PIDFD_GET_NET_NAMESPACE, 0)
  if (fd < 0) return byNumber(pidfd)
  try {
    return Namespace.open('net', { fd })
  } finally {
    close(fd)
  }
}

/** The number is still its own if it is there behind the last look. */
function byNumber(pidfd: number): Namespace {
  const namespace = Namespace.open('net', numberOf(pidfd))
  try {
    numberOf(pidfd)
    return namespace
  } catch (error) {
    namespace.close()
    throw error
  }
}

/** pidfd_open(2), proc_pid_fdinfo(5): -1 when it has ended, 0 when it is in none of our pid namespaces. */
function numberOf(pidfd: number): number {
  const pid = /^Pid:\s*(-?\d+)$/m.exec(infoOf(pidfd))?.[1]
  if (pid === undefined) throw invalidOption(`pidfd: fd ${pidfd} is none`, 'net')
  if (Number(pid) > 0) return Number(pid)
  throw new NamespaceError('net: the process of the pidfd is gone', {
    code: 'ERR_NS_NO_SUCH_PROCESS',
    namespace: 'net',
    operation: 'open',
  })
}

function infoOf(pidfd: number): string {
  try {
    return readFileSync(`/proc/thread-self/fdinfo/${pidfd}`, 'latin1')
  } catch {
    return ''
  }
}
