import { Duplex } from 'node:stream'
import { close, open } from '../calls/fds.ts'
import { attempt, descriptor, succeed } from '../calls/result.ts'
import { invalidOption } from '../errors/namespace-error.ts'
import { EPOLL, F, O } from '../kernel/constants.ts'
import { errnoNumber } from '../kernel/errno.ts'
import { eventLoop } from './events.ts'
import type { Source } from './loop.ts'

/** The size of a terminal, in characters. */
export interface PtySize {
  readonly cols: number
  readonly rows: number
}

/** `asm-generic/ioctls.h` */
const TIOCSWINSZ = 0x5414
const TIOCSPTLCK = 0x40045431
const TIOCGPTPEER = 0x5441
const O_NOCTTY = 0o400
/** What a terminal makes an end of input of (termios(3), VEOF). */
const END_OF_INPUT = '\x04'

/**
 * A new pseudo-terminal. The other end comes from the master itself: no path leads to it that somebody could have put
 * something else under (TIOCGPTPEER, Linux 4.13; CVE-2025-52565).
 *
 * @returns the master, which doesn't block, and the terminal that a program gets; both yours to close
 * @throws {SyscallError} `ENOENT` without `/dev/ptmx`, `ENOSPC` when there are as many as may be
 * @see pty(7), ioctl_tty(2)
 */
export function openPty(size: PtySize): { master: number; slave: number } {
  checkSize(size)
  const master = open('/dev/ptmx', O.RDWR | O_NOCTTY | O.CLOEXEC | O.NONBLOCK)
  try {
    succeed({}, 'ioctl', master, TIOCSPTLCK, Buffer.alloc(4))
    setSize(master, size)
    const flags = O.RDWR | O_NOCTTY | O.CLOEXEC
    return { master, slave: descriptor({}, 'ioctl', master, TIOCGPTPEER, flags) }
  } catch (error) {
    close(master)
    throw error
  }
}

/** @throws {NamespaceError} `ERR_NS_INVALID_OPTION` */
function checkSize(size: PtySize): void {
  for (const key of ['cols', 'rows'] as const)
    if (!Number.isInteger(size[key]) || size[key] < 1 || size[key] > 0xffff)
      throw invalidOption(`pty.${key}: an integer from 1 to 65535 is wanted, not ${size[key]}`)
}

function setSize(master: number, { cols, rows }: PtySize): void {
  const size = Buffer.alloc(8) // struct winsize
  size.writeUInt16LE(rows, 0)
  size.writeUInt16LE(cols, 2)
  succeed({}, 'ioctl', master, TIOCSWINSZ, size)
}

const { EAGAIN, EINTR } = { EAGAIN: -errnoNumber('EAGAIN'), EINTR: -errnoNumber('EINTR') }

/**
 * A terminal, seen from where its screen and keyboard are: what programs print is read, what is written is typed.
 * `end()` types ^D. It ends when no program has the terminal open any more; destroying it hangs up.
 */
export class Pty extends Duplex {
  readonly #master: number
  readonly #buffer = Buffer.alloc(1 << 16)
  #reading: Source | undefined
  #writing: { source: Source; fd: number } | undefined

  /** @param master of `openPty`; closed at the end */
  constructor(master: number) {
    super({ allowHalfOpen: false })
    this.#master = master
  }

  /** Changes the size; programs in the foreground get SIGWINCH. */
  resize(cols: number, rows: number): void {
    checkSize({ cols, rows })
    if (!this.destroyed) setSize(this.#master, { cols, rows })
  }

  override _read(): void {
    this.#reading ??= eventLoop.watch(this.#master, () => this.#take())
  }

  #take(): void {
    const length = attempt('read', this.#master, this.#buffer, this.#buffer.length)
    if (length === EAGAIN || length === EINTR) return
    // EIO: nobody has the other end open any more.
    const goesOn = this.push(length > 0 ? Buffer.from(this.#buffer.subarray(0, length)) : null)
    if (goesOn) return
    this.#reading?.close()
    this.#reading = undefined
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error) => void): void {
    const length = attempt('write', this.#master, chunk, chunk.length)
    if (length === EAGAIN || length === EINTR) this.#whenWritable(() => this._write(chunk, _, done))
    else if (length < 0 || length === chunk.length)
      done() // hung up: nobody reads what is typed
    else this._write(chunk.subarray(length), _, done)
  }

  /** By an fd of its own: the master may be watched for reading. */
  #whenWritable(callback: () => void): void {
    const fd = descriptor({}, 'fcntl', this.#master, F.DUPFD_CLOEXEC, 3)
    const again = () => {
      this.#stopWriting()
      callback()
    }
    this.#writing = { source: eventLoop.watch(fd, again, EPOLL.OUT), fd }
  }

  #stopWriting(): void {
    this.#writing?.source.close()
    if (this.#writing) close(this.#writing.fd)
    this.#writing = undefined
  }

  override _final(done: (error?: Error) => void): void {
    this._write(Buffer.from(END_OF_INPUT), 'latin1', done)
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#reading?.close()
    this.#stopWriting()
    close(this.#master)
    done(error)
  }
}
