/** A watched fd. `close` ends the watch, not the fd; it has to come before the fd is closed. */
export interface Source {
  /** Whether it holds the loop. */
  ref(): void
  unref(): void
  close(): void
}

/** Who waits for a child: Node's event loop (events.ts), or a caller that blocks (blocking-loop.ts). */
export interface Loop {
  /** Whether no promise settles while it is waited for. */
  readonly isBlocking: boolean
  /** Calls `ready` as long as the fd has something to read or has ended. `events`: another of `EPOLL`'s. */
  watch(fd: number, ready: () => void, events?: number): Source
  /** Calls back once, after `ms`; returns what prevents it. Doesn't hold the loop. */
  after(ms: number, callback: () => void): () => void
}
