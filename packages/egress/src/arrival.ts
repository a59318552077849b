import {
  attempt,
  close,
  eventLoop,
  pidfdOpen,
  receive,
  SOL_SOCKET,
  type Source,
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
      if (message.bytes.length === 0) this.close()
      const letter = message.bytes.toString('latin1')
      if (message.fd !== undefined) this.#fds.set(letter, message.fd)
      if (letter === LETTER.dns) this.#complete()
    }
  }

  #complete(): void {
    const pidfd = pidfdOfPeer(this.#control)
    if (pidfd === undefined) {
      this.close()
      return
    }
    this.#isOpen = false
    this.#source.close()
    this.#onEnd({ control: this.#control, pidfd, fds: this.#fds })
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#source.close()
    for (const fd of [this.#control, ...this.#fds.values()]) close(fd)
    this.#onEnd(undefined)
  }
}

/** The process that made a pair of sockets and holds the other one; `undefined` when it is gone. */
function pidfdOfPeer(socket: number): number | undefined {
  const credentials = Buffer.alloc(12) // struct ucred
  const length = Buffer.alloc(4)
  length.writeUInt32LE(credentials.length)
  const result = attempt('getsockopt', socket, SOL_SOCKET, SO_PEERCRED, credentials, length)
  if (result < 0) return undefined
  try {
    const pidfd = pidfdOpen(credentials.readInt32LE())
    // It was still there after its number became an fd: the number was its own.
    if (!isOver(socket)) return pidfd
    close(pidfd)
  } catch {} // ESRCH
  return undefined
}

function isOver(socket: number): boolean {
  return receive(socket) !== undefined // it says no more before it is told to go on
}
