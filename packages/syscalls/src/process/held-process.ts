import { close } from '../calls/fds.ts'
import { type Exit, pidfdSendSignal, wait } from '../calls/processes.ts'
import type { Loop, Source } from './loop.ts'

/** A child that is ours to reap, held by its pidfd: never someone else's. The pidfd is closed when it was reaped. */
export class HeldProcess {
  readonly pid: number
  readonly pidfd: number
  readonly #source: Source
  readonly #onExit: (exit: Exit) => void
  #isOver = false

  constructor(loop: Loop, pid: number, pidfd: number, onExit: (exit: Exit) => void) {
    this.pid = pid
    this.pidfd = pidfd
    this.#onExit = onExit
    this.#source = loop.watch(pidfd, () => this.#reap())
  }

  /** `false` once it was reaped: nobody is signalled then. */
  signal(signal: number): boolean {
    return !this.#isOver && pidfdSendSignal(this.pidfd, signal)
  }

  /** Whether it holds the event loop. */
  hold(held: boolean): void {
    if (this.#isOver) return
    if (held) this.#source.ref()
    else this.#source.unref()
  }

  #reap(): void {
    const exit = wait(this.pidfd)
    if (!exit || this.#isOver) return
    this.#isOver = true
    this.#source.close()
    close(this.pidfd)
    this.#onExit(exit)
  }
}
