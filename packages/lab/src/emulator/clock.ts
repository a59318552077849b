import { close, descriptor, eventLoop, type Source, succeed } from '@ns/syscalls'
import { Schedule } from './schedule.ts'

// include/uapi/linux/timerfd.h, time.h
const CLOCK_MONOTONIC = 1
const TFD = { NONBLOCK: 0o4000, CLOEXEC: 0o2000000 } as const
/** Bytes of `struct itimerspec`, and where its seconds and nanoseconds are. */
const ITIMERSPEC = { size: 32, seconds: 16, nanoseconds: 24 } as const

const INFINITE = Number.POSITIVE_INFINITY
/** Done at once: who gets what was sent is to have a turn, before its buffers are full. */
const MOST = 64

/**
 * What is to be done later, in the order of its time. A timerfd, because Node's timers count whole milliseconds
 * (timerfd_create(2)).
 */
export class Clock {
  readonly #fd = descriptor({}, 'timerfd_create', CLOCK_MONOTONIC, TFD.NONBLOCK | TFD.CLOEXEC)
  readonly #source: Source
  readonly #schedule = new Schedule<() => void>()
  readonly #time: Buffer = Buffer.alloc(ITIMERSPEC.size)
  #next = INFINITE
  #isOpen = true

  constructor() {
    this.#source = eventLoop.watch(this.#fd, () => this.#ring())
    this.#source.unref() // a network that waits doesn't keep the process
  }

  /** `ms` of CLOCK_MONOTONIC. */
  now(): number {
    return performance.now()
  }

  /** Has it done at a time of `now`; what has the same time is done in the order of the calls. */
  at(due: number, run: () => void): void {
    this.#schedule.add(due, run)
    if (due < this.#next) this.#set(due)
  }

  #ring(): void {
    if (!this.#isOpen) return
    this.#next = -INFINITE // nothing that is done now sets it
    const now = this.now()
    const due: (() => void)[] = [] // what they have done at once has its turn later
    while (due.length < MOST && this.#schedule.next <= now) due.push(this.#schedule.take())
    for (const run of due) run()
    this.#set(this.#schedule.next)
  }

  /** A new time takes what has rung away, as a read would; a time of 0 is never. */
  #set(due: number): void {
    if (!this.#isOpen) return
    this.#next = due
    const wait = due === INFINITE ? 0 : Math.max(1, Math.ceil((due - this.now()) * 1e6))
    this.#time.writeUInt32LE(Math.floor(wait / 1e9), ITIMERSPEC.seconds)
    this.#time.writeUInt32LE(wait % 1e9, ITIMERSPEC.nanoseconds)
    succeed({}, 'timerfd_settime', this.#fd, 0, this.#time, null)
  }

  /** Forgets what is left; a second time does nothing. */
  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#schedule.clear()
    this.#source.close()
    close(this.#fd)
  }
}
