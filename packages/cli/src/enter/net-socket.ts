import {
  attempt,
  close,
  Namespace,
  NamespaceError,
  pidfdOpen,
  SIOCGSKNS,
  SyscallError,
} from '@ns/syscalls'

/**
 * The network namespace of another process's socket, in which that process need not be.
 *
 * @throws {NamespaceError} `ERR_NS_NOT_A_NAMESPACE` when the fd is no socket, `ERR_NS_PERMISSION`
 */
export function netOfSocket(pid: number, fd: number): Namespace {
  const pidfd = pidfdOpen(pid)
  const socket = attempt('pidfd_getfd', pidfd, fd, 0)
  close(pidfd)
  if (socket < 0) throw failed(pid, fd, new SyscallError(-socket, 'pidfd_getfd'))
  const netns = attempt('ioctl', socket, SIOCGSKNS, 0)
  close(socket)
  if (netns < 0) throw failed(pid, fd, new SyscallError(-netns, 'ioctl'))
  try {
    return Namespace.open('net', { fd: netns })
  } finally {
    close(netns)
  }
}

function failed(pid: number, fd: number, cause: SyscallError): NamespaceError {
  const isRefused = cause.code === 'EPERM'
  const refused =
    cause.syscall === 'ioctl'
      ? 'it takes CAP_NET_ADMIN in the user namespace that owns the network namespace'
      : "to copy another process's fd is to trace it (ptrace(2)): be its user, or root with CAP_SYS_PTRACE"
  return new NamespaceError(
    `net: cannot open the namespace of fd ${fd} of process ${pid}: ${cause.message}`,
    {
      code: isRefused ? 'ERR_NS_PERMISSION' : 'ERR_NS_NOT_A_NAMESPACE',
      namespace: 'net',
      operation: 'open',
      hint: isRefused ? refused : `the fd of a socket is wanted: ls -l /proc/${pid}/fd`,
      cause,
    },
  )
}
