import { type BigIntStats, fchmodSync, fstatSync } from 'node:fs'
import {
  attempt,
  close,
  cString,
  errnoName,
  errnoNumber,
  LOCK,
  NamespaceError,
  O,
  open,
  SyscallError,
  undoAll,
} from '@ns/syscalls'

/** A place of the host's where something is to be mounted. */
export interface WantedPlace {
  /** A directory of the host's, as the caller has named it. */
  readonly base: string
  /** Below it. */
  readonly names: readonly string[]
  readonly kind: Kind
}

type Kind = 'directory' | 'file'

/** `fcntl.h` */
const AT_REMOVEDIR = 0x200

/**
 * What is made has the sticky bit, which means nothing for who owns all in it: by that, by its owner and by being empty the
 * next start knows it, should this process be killed before it has taken it away.
 */
const MODE: Readonly<Record<Kind, number>> = { directory: 0o1755, file: 0o1444 }

interface Made {
  readonly directory: number
  readonly name: string
  /** Open and locked: shared by all starts that use it. */
  readonly fd: number
  readonly kind: Kind
}

/** The mount points that one start has made on the host, or has found made by another that still runs. */
export class MountPoints {
  readonly #made: Made[] = []
  readonly #opened: number[] = []

  /** Makes what is missing of a place. No link is followed: below one nothing is made, and the child says what is missing. */
  make({ base, names, kind }: WantedPlace): void {
    let directory = this.#own(open(base, O.PATH | O.DIRECTORY | O.CLOEXEC))
    const path = (i: number) => [base, ...names.slice(0, i + 1)].join('/').replace(/^\/\//, '/')
    for (const [i, name] of names.entries()) {
      const isLast = i === names.length - 1
      const fd = this.#makeOne(directory, name, isLast ? kind : 'directory', path(i))
      if (fd === undefined) return
      directory = fd
    }
  }

  /** Takes away what nobody else uses, the last first. What somebody has put something into stays. */
  remove(): void {
    const takeAways = this.#made.splice(0).map((made) => () => {
      const isAlone = attempt('flock', made.fd, LOCK.EX | LOCK.NB) === 0
      if (isAlone && isThere(made) && isEmpty(made)) takeAway(made)
    })
    try {
      undoAll(takeAways.reverse())
    } finally {
      for (const fd of this.#opened.splice(0)) close(fd)
    }
  }

  #own(fd: number): number {
    this.#opened.push(fd)
    return fd
  }

  /** @returns an fd of it; `undefined` where it is not for us to say what is there, such as a link */
  #makeOne(directory: number, name: string, kind: Kind, path: string): number | undefined {
    // Another start that takes it away at this moment has locked it: then it is soon gone, and made again.
    for (let tries = 0; tries < 1000; tries++) {
      const isNew = create(directory, name, kind, path)
      const fd = openThere(directory, name, kind)
      if (fd === undefined) {
        if (isNew) continue
        return passThrough(directory, name, kind, (it) => this.#own(it))
      }
      this.#own(fd)
      if (isNew) fchmodSync(fd, MODE[kind]) // whatever the caller's mask
      if (!isNew && !isOurs(fstatSync(fd, { bigint: true }), kind)) return fd
      const isLocked = attempt('flock', fd, LOCK.SH | LOCK.NB) === 0
      if (isLocked && fstatSync(fd).nlink > 0) {
        this.#made.push({ directory, name, fd, kind })
        return fd
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    }
    throw failed(new SyscallError(errnoNumber('EAGAIN'), 'flock', { path }), path)
  }
}

/** @returns whether it was made; not where something is there already */
function create(directory: number, name: string, kind: Kind, path: string): boolean {
  const flags = O.CREAT | O.EXCL | O.CLOEXEC
  const text = cString(name)
  const result =
    kind === 'directory'
      ? attempt('mkdirat', directory, text, MODE[kind])
      : attempt('openat', directory, text, flags, MODE[kind])
  if (result >= 0) {
    if (kind === 'file') close(result)
    return true
  }
  if (errnoName(-result) === 'EEXIST') return false
  throw failed(
    new SyscallError(-result, kind === 'directory' ? 'mkdirat' : 'openat', { path }),
    path,
  )
}

function openThere(directory: number, name: string, kind: Kind): number | undefined {
  const flags = O.RDONLY | O.NOFOLLOW | O.NONBLOCK | O.CLOEXEC
  const isDirectory = kind === 'directory' ? O.DIRECTORY : 0
  const fd = attempt('openat', directory, cString(name), flags | isDirectory)
  return fd < 0 ? undefined : fd
}

/** A directory that may not be read may still be gone through. */
function passThrough(
  directory: number,
  name: string,
  kind: Kind,
  own: (fd: number) => number,
): number | undefined {
  if (kind === 'file') return undefined
  const flags = O.PATH | O.DIRECTORY | O.NOFOLLOW | O.CLOEXEC
  const fd = attempt('openat', directory, cString(name), flags)
  return fd < 0 ? undefined : own(fd)
}

function isOurs({ mode, uid, size }: BigIntStats, kind: Kind): boolean {
  const isMarked = (Number(mode) & 0o7777) === MODE[kind] && Number(uid) === process.geteuid?.()
  return isMarked && (kind === 'directory' || size === 0n)
}

/** Whether the name is still that of what was made. */
function isThere({ directory, name, fd }: Made): boolean {
  const found = attempt('openat', directory, cString(name), O.PATH | O.NOFOLLOW | O.CLOEXEC)
  if (found < 0) return false
  try {
    const [is, was] = [found, fd].map((it) => fstatSync(it, { bigint: true }))
    return is?.ino === was?.ino && is?.dev === was?.dev
  } finally {
    close(found)
  }
}

function isEmpty({ fd, kind }: Made): boolean {
  return kind === 'directory' || fstatSync(fd).size === 0
}

/** A directory in which something is stays, and so does what is mounted on here. */
function takeAway({ directory, name, kind }: Made): void {
  const flags = kind === 'directory' ? AT_REMOVEDIR : 0
  const result = attempt('unlinkat', directory, cString(name), flags)
  const errno = result < 0 ? errnoName(-result) : undefined
  if (errno && !['ENOTEMPTY', 'ENOENT', 'EBUSY'].includes(errno))
    throw failed(new SyscallError(-result, 'unlinkat', { path: name }), name)
}

function failed(cause: SyscallError, path: string): NamespaceError {
  return new NamespaceError(`mount: make the mount point '${path}': ${cause.message}`, {
    code: 'ERR_NS_SETUP',
    namespace: 'mount',
    operation: 'make the mount point',
    hint: `'${path}' cannot be made or taken away on the host by this user: make it beforehand, or leave out mount.create and let the root be an overlay`,
    cause,
  })
}
