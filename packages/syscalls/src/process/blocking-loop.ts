import { attempt } from '../calls/result.ts'
import { SyscallError } from '../errors/syscall-error.ts'
import { POLL } from '../kernel/constants.ts'
import type { Loop, Source } from './loop.ts'

interface Watched {
  readonly fd: number
  readonly events: number
  readonly ready: () => void
}

interface Timer {
  readonly at: number
  readonly callback: () => void
}

/** A loop that blocks its thread: it polls the fds that it was given, and no other JavaScript runs meanwhile. */
export class BlockingLoop implements Loop {
  readonly isBlocking = true
  readonly #watched = new Set<Watched>()
  readonly #timers = new Set<Timer>()

  watch(fd: number, ready: () => void): Source {
    return this.#add({ fd, events: POLL.IN, ready })
  }

  /** Calls `ready` as long as the fd takes something to write, or nobody reads it any more. */
  watchWritable(fd: number, ready: () => void): Source {
    return this.#add({ fd, events: POLL.OUT, ready })
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: performance.now() + ms, callback }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  /** Waits and calls back until `isDone`. */
  run(isDone: () => boolean): void {
    while (!isDone()) this.#turn()
  }

  #add(watched: Watched): Source {
    this.#watched.add(watched)
    const nothing = () => {} // the caller's `isDone` says what holds this loop
    return { ref: nothing, unref: nothing, close: () => this.#watched.delete(watched) }
  }

  #turn(): void {
    const watched = [...this.#watched]
    const polled = Buffer.alloc(watched.length * POLL.size)
    watched.forEach(({ fd, events }, i) => {
      polled.writeInt32LE(fd, i * POLL.size)
      polled.writeInt16LE(events, i * POLL.size + POLL.events)
    })
    const ready = attempt('ppoll', polled, watched.length, this.#patience(), null, 0)
    if (ready < 0 && ready !== -4) throw new SyscallError(-ready, 'ppoll') // EINTR
    if (ready > 0)
      for (const [i, each] of watched.entries()) {
        const isReady = polled.readInt16LE(i * POLL.size + POLL.revents) !== 0
        if (isReady && this.#watched.has(each)) each.ready()
      }
    const now = performance.now()
    for (const timer of [...this.#timers]) {
      if (timer.at > now) continue
      this.#timers.delete(timer)
      timer.callback()
    }
  }

  /** A struct timespec until the next timer; null: for ever. */
  #patience(): Buffer | null {
    if (this.#timers.size === 0) return null
    const next = Math.min(...[...this.#timers].map(({ at }) => at))
    const ns = BigInt(Math.ceil(Math.max(0, next - performance.now()) * 1e6))
    const time = Buffer.alloc(16)
    time.writeBigInt64LE(ns / 1_000_000_000n, 0)
    time.writeBigInt64LE(ns % 1_000_000_000n, 8)
    return time
  }
}
