import { attempt, close, descriptor, eventLoop, type Source, succeed } from '@ns/syscalls'

// include/uapi/linux/timerfd.h, time.h
const CLOCK_MONOTONIC = 1
const TFD = { NONBLOCK: 0o4000, CLOEXEC: 0o2000000 } as const
/** Bytes of `struct itimerspec`: the interval, and when. */
const ITIMERSPEC = { size: 32, value: 16 } as const

const INFINITE = Number.POSITIVE_INFINITY
/** Done at once: who gets what was sent is to have a turn, before its buffers are full. */
const MOST = 64

interface Entry {
  readonly due: number
  readonly number: number
  readonly run: () => void
}

/**
 * What is to be done later, in the order of its time. A timerfd, because Node's timers count whole milliseconds
 * (timerfd_create(2)).
 */
export class Clock {
  readonly #fd = descriptor({}, 'timerfd_create', CLOCK_MONOTONIC, TFD.NONBLOCK | TFD.CLOEXEC)
  readonly #source: Source
  /** A binary heap. */
  readonly #heap: Entry[] = []
  #next = INFINITE
  #count = 0
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
    push(this.#heap, { due, number: this.#count++, run })
    if (due < this.#next) this.#set(due)
  }

  #ring(): void {
    if (!this.#isOpen) return
    attempt('read', this.#fd, Buffer.alloc(8), 8)
    this.#next = INFINITE
    for (let left = MOST; left > 0 && (this.#heap[0]?.due ?? INFINITE) <= this.now(); left--)
      pop(this.#heap).run()
    const [first] = this.#heap
    if (first) this.#set(first.due)
  }

  #set(due: number): void {
    this.#next = due
    const wait = BigInt(Math.max(1, Math.ceil((due - this.now()) * 1e6)))
    const memory = Buffer.alloc(ITIMERSPEC.size)
    memory.writeBigInt64LE(wait / 1_000_000_000n, ITIMERSPEC.value)
    memory.writeBigInt64LE(wait % 1_000_000_000n, ITIMERSPEC.value + 8)
    succeed({}, 'timerfd_settime', this.#fd, 0, memory, null)
  }

  /** Forgets what is left; a second time does nothing. */
  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#heap.length = 0
    this.#source.close()
    close(this.#fd)
  }
}

const isBefore = (a: Entry, b: Entry) => a.due < b.due || (a.due === b.due && a.number < b.number)

function push(heap: Entry[], entry: Entry): void {
  let at = heap.length
  for (let up = (at - 1) >> 1; at > 0 && isBefore(entry, heap[up] as Entry); up = (at - 1) >> 1) {
    heap[at] = heap[up] as Entry
    at = up
  }
  heap[at] = entry
}

/** Takes the first away, which has to be there. */
function pop(heap: Entry[]): Entry {
  const last = heap.pop() as Entry
  const [first] = heap
  if (!first) return last
  let at = 0
  for (;;) {
    let down = 2 * at + 1
    if (down >= heap.length) break
    if (down + 1 < heap.length && isBefore(heap[down + 1] as Entry, heap[down] as Entry)) down += 1
    if (!isBefore(heap[down] as Entry, last)) break
    heap[at] = heap[down] as Entry
    at = down
  }
  heap[at] = last
  return first
}
