import { attempt, MSG, SyscallError } from '@ns/syscalls'
import { MSG_PEEK, MSG_TRUNC } from './constants.ts'

/** The kernel puts no more into a datagram unless one object alone is larger. */
const USUAL = 32_768

/** Reads whole datagrams, however long they are. */
export class Datagrams {
  readonly #memory: Buffer = Buffer.allocUnsafeSlow(USUAL)

  /**
   * The next one, without waiting; `undefined` when nothing is queued.
   *
   * @throws {SyscallError} `ENOBUFS` when the kernel had more to say than the socket could hold
   */
  read(fd: number): Buffer | undefined {
    const size = receive(fd, this.#memory, MSG_PEEK | MSG_TRUNC)
    if (size === undefined) return undefined
    const memory = size <= USUAL ? this.#memory : Buffer.allocUnsafeSlow(size)
    const length = receive(fd, memory, 0) ?? 0
    return Buffer.from(memory.subarray(0, length))
  }
}

function receive(fd: number, memory: Buffer, flags: number): number | undefined {
  for (;;) {
    const length = attempt('recvfrom', fd, memory, memory.length, flags | MSG.DONTWAIT, null)
    if (length >= 0) return length
    if (length === -11) return undefined // EAGAIN
    if (length !== -4) throw new SyscallError(-length, 'recvfrom') // EINTR
  }
}
