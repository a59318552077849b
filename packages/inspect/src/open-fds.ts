import { readdirSync, readlinkSync } from 'node:fs'
import { attempt, close, type NamespaceType, pidfdOpen, SIOCGSKNS } from '@ns/syscalls'
import { typeOfLink } from './link.ts'
import { isForbidden } from './processes.ts'

/** An open fd that is a namespace. */
interface HeldByFd {
  readonly type: NamespaceType
  readonly inode: number
  readonly path: string
}

/** What the fds of a process are, as far as they keep a namespace alive. */
export interface OpenFds {
  readonly namespaces: readonly HeldByFd[]
  /** fd numbers, by the inode of the socket. */
  readonly sockets: ReadonlyMap<string, number>
  readonly isWhole: boolean
}

/** Reads the links of `/proc/PID/fd`; opens nothing. */
export function readOpenFds(pid: number): OpenFds {
  const namespaces: HeldByFd[] = []
  const sockets = new Map<string, number>()
  const result = { namespaces, sockets }
  try {
    for (const fd of readdirSync(`/proc/${pid}/fd`)) {
      const path = `/proc/${pid}/fd/${fd}`
      const link = readlinkOf(path)
      const found = typeOfLink(link)
      if (found) namespaces.push({ ...found, path })
      if (link.startsWith('socket:')) sockets.set(link, Number(fd))
    }
    return { ...result, isWhole: true }
  } catch (error) {
    return { ...result, isWhole: !isForbidden(error) }
  }
}

/** Empty: it was closed meanwhile. */
function readlinkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}

/**
 * Opens the network namespaces of a process's sockets, one after the other: a copy of each is taken for a moment
 * (pidfd_getfd(2), Linux 5.6), where that is allowed.
 *
 * @param use is given each namespace's fd, which is closed behind it
 */
export function eachSocketNamespace(
  pid: number,
  fds: Iterable<number>,
  use: (netns: number, fd: number) => void,
): void {
  let pidfd: number
  try {
    pidfd = pidfdOpen(pid)
  } catch {
    return // gone
  }
  for (const fd of fds) {
    const socket = attempt('pidfd_getfd', pidfd, fd, 0)
    if (socket < 0) continue
    const netns = attempt('ioctl', socket, SIOCGSKNS, 0)
    close(socket)
    if (netns < 0) continue
    use(netns, fd)
    close(netns)
  }
  close(pidfd)
}
