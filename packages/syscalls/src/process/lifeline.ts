import { close, receive } from '../calls/fds.ts'
import { type Exit, exitOfStatus } from '../calls/processes.ts'
import type { Loop, Source } from './loop.ts'

/** `struct report` of native/launcher.c: the wait status, and the usage at 8. */
const REPORT_SIZE = 152

/** Our end of an init's lifeline: with its last fd the init ends, and what it reports of its command comes here. */
export class Lifeline {
  readonly #fd: number
  #source: Source | undefined
  #exit: Exit | undefined

  constructor(fd: number) {
    this.#fd = fd
  }

  /** How the command ended; undefined: it has not, or the init was killed. Root inside may speak for its init. */
  read(): Exit | undefined {
    const message = receive(this.#fd)
    if (message?.fd !== undefined) close(message.fd)
    if (message?.bytes.length === REPORT_SIZE)
      this.#exit ??= exitOfStatus(message.bytes.readInt32LE(0), message.bytes.subarray(8))
    return this.#exit
  }

  /** Calls back once, when the command has ended before its init. It doesn't hold the event loop: the process does. */
  onReport(loop: Loop, reported: (exit: Exit) => void): void {
    this.#source = loop.watch(this.#fd, () => {
      const exit = this.read()
      this.#source?.close()
      if (exit) reported(exit)
    })
    this.#source.unref()
  }

  close(): void {
    this.#source?.close()
    close(this.#fd)
  }
}
