import { constants } from 'node:os'
import {
  close,
  eventLoop,
  pidfdOpen,
  receive,
  SOL_SOCKET,
  type Source,
  SyscallError,
  send,
  succeed,
} from '@ns/syscalls'
import { SO_PEERCRED } from './constants.ts'
import { LETTER } from './inside.ts'

/** What a child has opened, and handed out. */
export interface Arrived {
  /** The way back to the child, which waits for a word on it. */
  readonly control: number
  /** Of the process that lives as long as the child. */
  readonly pidfd: number
  /** The fds by letter. Whoever takes one out of it closes it. */
  readonly fds: Map<string, number>
}

/** Collects what one child hands out. Every fd that came is closed if it ends before it is complete. */
export class Arrival {
  readonly #control: number
  readonly #fds = new Map<string, number>()
  readonly #source: Source
  readonly #onEnd: (arrived: Arrived | undefined) => void
  /** This process had no number left for one of them. */
  #isFdLost = false
  #isOpen = true

  /** @param onEnd is told when all is there, or that the child is gone */
  constructor(control: number, onEnd: (arrived: Arrived | undefined) => void) {
    this.#control = control
    this.#onEnd = onEnd
    this.#source = eventLoop.watch(control, () => this.#read())
    this.#source.unref() // the start itself holds the loop
  }

  #read(): void {
    while (this.#isOpen) {
      const message = receive(this.#control)
      if (!message) return
      const letter = message.bytes.toString('latin1')
      if (message.fd !== undefined) this.#fds.set(letter, message.fd)
      if (message.isFdLost) this.#isFdLost = true
      if (letter === '') this.close()
      else if (letter === LETTER.dns) this.#complete()
    }
  }

  #complete(): void {
    const pidfd = this.#pidfd()
    if (pidfd === undefined) return
    this.#isOpen = false
    this.#source.close()
    this.#onEnd({ control: this.#control, pidfd, fds: this.#fds })
  }

  #pidfd(): number | undefined {
    try {
      if (this.#isFdLost) throw new SyscallError(constants.errno.EMFILE, 'recvmsg')
      return pidfdOfPeer(this.#control)
    } catch (error) {
      send(this.#control, Buffer.from((error as Error).message)) // its start ends with that
      this.close()
      return undefined
    }
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#source.close()
    for (const fd of [this.#control, ...this.#fds.values()]) close(fd)
    this.#onEnd(undefined)
  }
}

/**
 * The process that made a pair of sockets and holds the other one.
 *
 * @throws {SyscallError} `ESRCH` when it is gone, `EMFILE` when this process has no number left
 */
function pidfdOfPeer(socket: number): number {
  const credentials = Buffer.alloc(12) // struct ucred
  const length = Buffer.alloc(4)
  length.writeUInt32LE(credentials.length)
  succeed({}, 'getsockopt', socket, SOL_SOCKET, SO_PEERCRED, credentials, length)
  const pidfd = pidfdOpen(credentials.readInt32LE())
  // It was still there after its number became an fd: the number was its own.
  if (!isOver(socket)) return pidfd
  close(pidfd)
  throw new SyscallError(constants.errno.ESRCH, 'pidfd_open')
}

function isOver(socket: number): boolean {
  return receive(socket) !== undefined // it says no more before it is told to go on
}
