import { AsyncResource } from 'node:async_hooks'
import { attempt, descriptor, succeed } from '../calls/result.ts'
import type { Watch } from '../ffi/library.ts'
import { EPOLL, O } from '../kernel/constants.ts'
import { watchEpoll } from './epoll-watch.ts'
import type { Loop, Source } from './loop.ts'

interface Entry {
  readable: () => void
  resource: AsyncResource
  held: boolean
}

/** Taken at once; what is left is told again. */
const MOST = 64

/**
 * The one event source of this thread: an epoll fd that holds every pidfd and status socket, itself watched by the
 * event loop. Ten thousand children cost the loop one fd.
 */
class Events {
  readonly #epoll = descriptor({}, 'epoll_create1', O.CLOEXEC)
  readonly #entries = new Map<number, Entry>()
  readonly #watch: Watch = watchEpoll(this.#epoll, () => this.#dispatch())
  #holding = 0
  readonly #ready = Buffer.alloc(MOST * 16) // struct epoll_event

  constructor() {
    this.#watch.unref()
  }

  add(fd: number, readable: () => void, events: number): Source {
    const event = Buffer.alloc(16)
    const packed = process.arch === 'x64' // struct epoll_event is packed on x86-64 only
    event.writeUInt32LE(events, 0)
    event.writeInt32LE(fd, packed ? 4 : 8)
    succeed({}, 'epoll_ctl', this.#epoll, EPOLL.CTL_ADD, fd, event)
    const entry: Entry = { readable, resource: new AsyncResource('NSPROCESS'), held: false }
    this.#entries.set(fd, entry)
    this.#hold(entry, true)
    return {
      ref: () => this.#hold(entry, true),
      unref: () => this.#hold(entry, false),
      close: () => {
        if (this.#entries.get(fd) !== entry) return
        this.#hold(entry, false)
        this.#entries.delete(fd)
        attempt('epoll_ctl', this.#epoll, EPOLL.CTL_DEL, fd, Buffer.alloc(16))
      },
    }
  }

  #hold(entry: Entry, held: boolean): void {
    if (entry.held === held) return
    entry.held = held
    this.#holding += held ? 1 : -1
    if (this.#holding === 1 && held) this.#watch.ref()
    if (this.#holding === 0) this.#watch.unref()
  }

  /** Listeners run as microtasks in their own async context: an exception of one is uncaught, as it has to be. */
  #dispatch(): void {
    const stride = process.arch === 'x64' ? 12 : 16
    const events = this.#ready
    const ready = attempt('epoll_pwait', this.#epoll, events, MOST, 0, null, 8)
    for (let i = 0; i < ready; i++) {
      const fd = events.readInt32LE(i * stride + (stride === 12 ? 4 : 8))
      const entry = this.#entries.get(fd)
      if (!entry) continue
      queueMicrotask(() => {
        if (this.#entries.get(fd) === entry) entry.resource.runInAsyncScope(entry.readable)
      })
    }
  }
}

let events: Events | undefined

/** The event loop of this thread. */
export const eventLoop: Loop = {
  isBlocking: false,
  watch(fd, ready, wanted = EPOLL.IN) {
    events ??= new Events()
    return events.add(fd, ready, wanted)
  },
  after(ms, callback) {
    const timer = setTimeout(callback, ms).unref()
    return () => clearTimeout(timer)
  },
}
