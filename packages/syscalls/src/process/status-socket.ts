import { close, type Message, receive, send } from '../calls/fds.ts'
import { attempt } from '../calls/result.ts'
import { POLL } from '../kernel/constants.ts'
import { MESSAGE } from '../program/joins.ts'
import type { Loop, Source } from './loop.ts'

/** Our end of the status socket: messages of the launcher, and the end when all that held the other end are done. */
export class StatusSocket {
  readonly #fd: number
  readonly #source: Source
  readonly #onMessage: (message: Message) => void
  #isOpen = true

  /** @param onMessage without bytes: the end */
  constructor(loop: Loop, fd: number, onMessage: (message: Message) => void) {
    this.#fd = fd
    this.#onMessage = onMessage
    this.#source = loop.watch(fd, () => this.read())
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  /** Takes all that is there, without waiting. */
  read(): void {
    while (this.#isOpen) {
      const message = receive(this.#fd)
      if (!message) return
      this.#onMessage(message)
      if (message.bytes.length === 0) return
    }
  }

  /** Waits in this tick, at most `ms`, for something to take. */
  wait(ms: number): void {
    if (!this.#isOpen) return
    const poll = Buffer.alloc(POLL.size)
    poll.writeInt32LE(this.#fd, 0)
    poll.writeInt16LE(POLL.IN, POLL.events)
    const time = Buffer.alloc(16) // struct timespec
    time.writeBigInt64LE(BigInt(Math.floor(ms / 1000)), 0)
    time.writeBigInt64LE(BigInt(Math.round((ms % 1000) * 1e6)), 8)
    if (attempt('ppoll', poll, 1, time, null, 0) === 1) this.read()
  }

  /** Lets a child that waits go on. */
  go(): void {
    if (this.#isOpen) send(this.#fd, Buffer.from(MESSAGE.go))
  }

  /** Whether it holds the event loop. */
  hold(held: boolean): void {
    if (!this.#isOpen) return
    if (held) this.#source.ref()
    else this.#source.unref()
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#source.close()
    close(this.#fd)
  }
}
