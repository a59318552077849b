import { close } from '../calls/fds.ts'
import { type Exit, pidfdSendSignal, UNKNOWN_EXIT, wait } from '../calls/processes.ts'
import { SyscallError } from '../errors/syscall-error.ts'
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
  signal(signal: number, value?: number): boolean {
    return !this.#isOver && pidfdSendSignal(this.pidfd, signal, value)
  }

  /** Whether it holds the event loop. */
  hold(held: boolean): void {
    if (this.#isOver) return
    if (held) this.#source.ref()
    else this.#source.unref()
  }

  /** Somebody else reaps it, and closes the pidfd. */
  forget(): void {
    this.#isOver = true
    this.#source.close()
  }

  #reap(): void {
    const exit = waitOrUnknown(this.pidfd)
    if (!exit || this.#isOver) return
    this.forget()
    close(this.pidfd)
    this.#onExit(exit)
  }
}

/** An addon that waits for all children has taken this one too: it has ended, and nobody can say how. */
function waitOrUnknown(pidfd: number): Exit | undefined {
  try {
    return wait(pidfd)
  } catch (error) {
    if (error instanceof SyscallError && error.code === 'ECHILD') return UNKNOWN_EXIT
    throw error
  }
}
