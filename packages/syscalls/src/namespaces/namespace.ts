import { fstatSync } from 'node:fs'
import { close, open } from '../calls/fds.ts'
import { attempt, descriptor, succeed } from '../calls/result.ts'
import { hintFor } from '../errors/hints.ts'
import { NamespaceError } from '../errors/namespace-error.ts'
import { SyscallError } from '../errors/syscall-error.ts'
import { F, NS_GET, O } from '../kernel/constants.ts'
import { persist } from './persist.ts'
import { whilePinned } from './pinned.ts'
import type { NamespaceRef } from './ref.ts'
import { type NamespaceType, procName, typeOfFlag } from './types.ts'

/** Device and inode: what makes two handles the same namespace, as long as one of them is open. */
export interface NamespaceIdentity {
  readonly device: number
  readonly inode: number
}

/** An open namespace: an fd with a type and an identity. Close it, or let `using` do so. */
export class Namespace {
  /** The fd; closed by `close`. */
  readonly fd: number
  readonly type: NamespaceType
  readonly identity: NamespaceIdentity
  #open = true

  private constructor(fd: number, type: NamespaceType) {
    this.fd = fd
    this.type = type
    const { dev, ino } = fstatSync(fd)
    this.identity = { device: dev, inode: ino }
  }

  /**
   * Opens a namespace of this type.
   *
   * @param type what it has to be
   * @param ref the pid of a process in it (0: our own), a path, an fd (it is duplicated), or a handle
   * @throws {NamespaceError} `ERR_NS_NOT_A_NAMESPACE` when it is something else, or a namespace of another type;
   * `ERR_NS_NO_SUCH_PROCESS` when the process is gone; `ERR_NS_PERMISSION` when it may not be looked at.
   */
  static open(type: NamespaceType, ref: NamespaceRef): Namespace {
    const fd = openRef(type, ref)
    try {
      const flag = attempt('ioctl', fd, NS_GET.NSTYPE, 0)
      const found = flag < 0 ? undefined : typeOfFlag(flag)
      if (found !== type) throw notA(type, ref, found)
      return new Namespace(fd, type)
    } catch (error) {
      close(fd)
      throw error
    }
  }

  /** `uts:[4026531838]`, as the links in `/proc/PID/ns` read. */
  toString(): string {
    return `${procName(this.type)}:[${this.identity.inode}]`
  }

  /** Whether both are the same namespace. */
  equals(other: Namespace): boolean {
    return (
      this.identity.device === other.identity.device && this.identity.inode === other.identity.inode
    )
  }

  /** Whether the calling thread is in it: then there is nothing to enter. */
  isOwn(): boolean {
    using own = Namespace.open(this.type, 0)
    return this.equals(own)
  }

  /**
   * The user namespace that owns it: capabilities count there.
   *
   * @throws {SyscallError} `EPERM` when that is outside of what we may see.
   * @see ioctl_ns(2), NS_GET_USERNS
   */
  owner(): Namespace {
    return new Namespace(descriptor({}, 'ioctl', this.fd, NS_GET.USERNS, 0), 'user')
  }

  /**
   * The namespace above, of a pid or user namespace.
   *
   * @throws {SyscallError} `EPERM` when there is none that we may see, `EINVAL` for other types.
   * @see ioctl_ns(2), NS_GET_PARENT
   */
  parent(): Namespace {
    return new Namespace(descriptor({}, 'ioctl', this.fd, NS_GET.PARENT, 0), this.type)
  }

  /**
   * The uid, in our own user namespace, that made this user namespace.
   *
   * @see ioctl_ns(2), NS_GET_OWNER_UID
   */
  ownerUid(): number {
    const uid = Buffer.alloc(4)
    succeed({}, 'ioctl', this.fd, NS_GET.OWNER_UID, uid)
    return uid.readUInt32LE(0)
  }

  /**
   * Keeps it alive without processes: bind-mounts it on a file, as `ip netns add` and `unshare --net=PATH` do; their
   * files and ours are the same. `unpersist` ends that.
   *
   * @param path of an empty file, or of one to be made
   * @throws {NamespaceError} `ERR_NS_PERMISSION` without CAP_SYS_ADMIN in the own mount namespace, else
   * `ERR_NS_PERSIST`: a mount namespace takes a file on a mount that isn't shared, in a mount namespace that is older
   * @see namespaces(7), mount_namespaces(7)
   */
  persist(path: string): void {
    persist(this, path)
  }

  /** Closes the fd; a second time does nothing. */
  close(): void {
    if (!this.#open) return
    this.#open = false
    close(this.fd)
  }

  [Symbol.dispose](): void {
    this.close()
  }
}

function openRef(type: NamespaceType, ref: NamespaceRef): number {
  if (typeof ref === 'number') return openPid(type, ref)
  if (typeof ref !== 'string') {
    if (!Number.isInteger(ref?.fd)) throw notA(type, ref, undefined)
    return descriptor({ path: `fd ${ref.fd}` }, 'fcntl', ref.fd, F.DUPFD_CLOEXEC, 3)
  }
  try {
    return open(ref, O.RDONLY | O.CLOEXEC | O.NONBLOCK)
  } catch (cause) {
    throw failed(type, `${type}: cannot open '${ref}'`, cause)
  }
}

/** The pid is pinned while its link is opened. */
function openPid(type: NamespaceType, pid: number): number {
  if (!Number.isInteger(pid) || pid < 0) throw notA(type, pid, undefined)
  if (pid === 0) return openLink(type, 'thread-self') // a Worker may live in another one
  let fd: number | undefined
  try {
    return whilePinned(pid, () => (fd = openLink(type, pid)), type)
  } catch (error) {
    if (fd !== undefined) close(fd)
    throw error
  }
}

function openLink(type: NamespaceType, pid: number | 'thread-self'): number {
  try {
    return open(`/proc/${pid}/ns/${procName(type)}`, O.RDONLY | O.CLOEXEC)
  } catch (cause) {
    throw failed(type, `${type}: cannot open the namespace of process ${pid}`, cause)
  }
}

function failed(type: NamespaceType, message: string, cause: unknown): NamespaceError {
  if (!(cause instanceof SyscallError)) throw cause
  const gone =
    cause.code === 'ESRCH' || (cause.code === 'ENOENT' && cause.path?.startsWith('/proc/'))
  const code = gone
    ? 'ERR_NS_NO_SUCH_PROCESS'
    : cause.code === 'EACCES' || cause.code === 'EPERM'
      ? 'ERR_NS_PERMISSION'
      : 'ERR_NS_NOT_A_NAMESPACE'
  const hint = hintFor({
    call: cause.syscall,
    errno: cause.code,
    namespace: type,
    operation: 'open',
    path: cause.path,
  })
  return new NamespaceError(`${message}: ${cause.message}`, {
    code,
    namespace: type,
    operation: 'open',
    hint,
    cause,
  })
}

function notA(
  type: NamespaceType,
  ref: NamespaceRef,
  found: NamespaceType | undefined,
): NamespaceError {
  const what = typeof ref === 'object' && ref !== null ? `fd ${ref.fd}` : `'${ref}'`
  const is = found ? `is a ${found} namespace` : 'is no namespace'
  return new NamespaceError(`${type}: ${what} ${is}, but a ${type} namespace is wanted`, {
    code: 'ERR_NS_NOT_A_NAMESPACE',
    namespace: type,
    operation: 'open',
  })
}
