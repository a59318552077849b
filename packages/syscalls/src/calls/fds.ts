import { SyscallError } from '../errors/syscall-error.ts'
import {
  AF_UNIX,
  AT_FDCWD,
  F,
  F_SEAL,
  MFD,
  MSG,
  SCM_RIGHTS,
  SOCK,
  SOL_SOCKET,
} from '../kernel/constants.ts'
import { errnoNumber } from '../kernel/errno.ts'
import { closing, opening } from './ledger.ts'
import { flagsOf, MSGHDR_BYTES, writeMsghdr } from './msghdr.ts'
import { attempt, count, cString, descriptor, succeed } from './result.ts'

/**
 * `close(fd)` — close a file descriptor. The raw call: libuv must not learn of fds that it didn't open.
 *
 * @throws {SyscallError} `EBADF` when it isn't open.
 * @see close(2)
 */
export function close(fd: number): void {
  const result = closing(fd)
  if (result < 0) throw new SyscallError(-result, 'close')
}

/**
 * `open(path, flags)` — open a file, close-on-exec if the flags say so.
 *
 * @see open(2)
 */
export function open(path: string, flags: number): number {
  return descriptor({ path }, 'openat', AT_FDCWD, cString(path), flags)
}

/**
 * `memfdCreate(name, flags)` — an anonymous file in memory. MFD_EXEC (Linux 6.3) is left out where it isn't known.
 *
 * @throws {SyscallError} `EACCES` when `vm.memfd_noexec` is 2 and the memfd was to be executable.
 * @see memfd_create(2)
 */
export function memfdCreate(name: string, flags: number): number {
  const fd = opening('memfd_create', cString(name), flags)
  if (fd === -errnoNumber('EINVAL') && flags & MFD.EXEC) return memfdCreate(name, flags & ~MFD.EXEC)
  return fd >= 0 ? fd : descriptor({ path: name }, 'memfd_create', cString(name), flags)
}

/**
 * `seal(fd)` — make a memfd immutable for all who have it, for ever.
 *
 * @see fcntl(2), F_ADD_SEALS
 */
export function seal(fd: number): void {
  succeed({}, 'fcntl', fd, F.ADD_SEALS, F_SEAL.WRITE | F_SEAL.GROW | F_SEAL.SHRINK | F_SEAL.SEAL)
}

/** `pwrite(fd, bytes, offset)` — write all of it at an offset. */
export function pwrite(fd: number, bytes: Uint8Array, offset: number): void {
  let done = 0
  while (done < bytes.length)
    done += count({}, 'pwrite64', fd, bytes.subarray(done), bytes.length - done, offset + done)
}

/** `pread(fd, bytes, offset)` — read what there is at an offset; returns how much. */
export function pread(fd: number, bytes: Uint8Array, offset: number): number {
  return count({}, 'pread64', fd, bytes, bytes.length, offset)
}

/**
 * `socketpair(type)` — two connected unix sockets, close-on-exec.
 *
 * @returns the two fds
 * @see socketpair(2)
 */
export function socketpair(type: number = SOCK.STREAM): [number, number] {
  const pair = new Int32Array(2)
  const made = new Uint8Array(pair.buffer)
  descriptor({}, 'socketpair', AF_UNIX, type | SOCK.CLOEXEC, 0, made)
  return [pair[0] as number, pair[1] as number]
}

/** What `receive` got: bytes, and at most one fd that came along. */
export interface Message {
  /** Empty at the end of the stream. */
  bytes: Buffer
  /** An fd sent by SCM_RIGHTS, close-on-exec; yours to close. */
  fd?: number
  /** One was sent, and dropped by the kernel, as this process has no number left for it. */
  isFdLost?: boolean
}

/**
 * `receive(socket)` — what is there to read, without waiting; `undefined` when nothing is.
 *
 * @see recvmsg(2), unix(7)
 */
export function receive(socket: number): Message | undefined {
  const memory = Buffer.alloc(256)
  const control = { at: MSGHDR_BYTES, size: 24 } // one cmsghdr with one fd
  const bytes = { at: control.at + control.size, size: 160 }
  writeMsghdr(memory, { control, bytes })
  const length = opening('recvmsg', socket, memory, MSG.DONTWAIT | MSG.CMSG_CLOEXEC)
  if (length === -11 || length === -4) return undefined // EAGAIN, EINTR
  // A reset is an end too: the other side is gone and what it had sent is lost.
  if (length < 0) return { bytes: Buffer.alloc(0) }
  const isRights =
    memory.readInt32LE(control.at + 8) === SOL_SOCKET &&
    memory.readInt32LE(control.at + 12) === SCM_RIGHTS
  const message: Message = { bytes: memory.subarray(bytes.at, bytes.at + length) }
  if (memory.readUInt32LE(40) >= 20 && isRights) message.fd = memory.readInt32LE(control.at + 16)
  else if (flagsOf(memory) & MSG.CTRUNC) message.isFdLost = true
  return message
}

/** `send(socket, bytes)` — without waiting and without SIGPIPE; false when the other side is gone. */
export function send(socket: number, bytes: Uint8Array): boolean {
  return (
    attempt('sendto', socket, bytes, bytes.length, MSG.DONTWAIT | MSG.NOSIGNAL) === bytes.length
  )
}
