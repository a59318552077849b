import type { EventEmitter } from 'node:events'
import { Socket } from 'node:net'
import type { StdioEntry, StdioOption } from './stdio.ts'

// Our ends of a child's pipes, and the streams of ours that a child was given.

interface Handle {
  reading?: boolean
  readStop?(): void
}

/** Our end of a pipe. It is read from `open` on: data comes after the event `spawn`, however long nobody looked. */
export class PipeEnd extends Socket {
  // Declared only: Socket's constructor asks for data already.
  declare private isOpen?: boolean
  declare private wanted?: number
  /** Whether a child reads it itself: it is no longer ours to read. */
  declare isHandedOver?: boolean

  override _read(size: number): void {
    if (this.isOpen) super._read(size)
    else this.wanted = size
  }

  open(): void {
    this.isOpen = true
    if (this.wanted !== undefined && !this.destroyed && !this.isHandedOver) super._read(this.wanted)
  }
}

/** The other end of a pipe that is fd `i` of the child; both directions but for its stdin, as Node has it. */
export function streamOf(fd: number | null, i: number): PipeEnd | null {
  return fd === null ? null : new PipeEnd({ fd, readable: i > 0, writable: true })
}

/** A stream that the child was given is read by the child alone from now on: we would take its data away. */
export function handOver(option: StdioOption | null | undefined): void {
  if (!Array.isArray(option)) return
  for (const entry of option as readonly StdioEntry[]) {
    if (typeof entry !== 'object' || entry === null || 'fd' in entry) continue
    const { _handle: handle } = entry as unknown as { _handle?: Handle | null }
    if (!handle?.readStop) continue
    handle.reading = false
    handle.readStop()
    ;(entry as Socket).pause()
    if (entry instanceof PipeEnd) entry.isHandedOver = true
  }
}

/** Our ends of a child's pipes as long as it lives, and until they have ended too. */
export class Pipes {
  readonly #streams: readonly (PipeEnd | null)[]
  readonly #closed: () => void
  #open = 1 // the child itself

  /** @param closed called once, when the child has ended and each stream is closed */
  constructor(streams: readonly (PipeEnd | null)[], closed: () => void) {
    this.#streams = streams
    this.#closed = closed
    for (const stream of streams) if (stream) this.await(stream)
  }

  /** Counts one more that has to close. */
  await(stream: EventEmitter): void {
    this.#open += 1
    stream.once('close', () => this.#close())
  }

  /** From now on they are read. */
  open(): void {
    for (const stream of this.#streams) stream?.open()
  }

  /** The child has ended. Takes what nobody reads, as a pipe ends only after its data; who listened for the end has this tick to begin. */
  end(): void {
    process.nextTick(() => {
      for (const stream of this.#streams)
        if (stream?.readable && !stream.isHandedOver) stream.resume()
    })
    this.#close()
  }

  #close(): void {
    this.#open -= 1
    if (this.#open === 0) this.#closed()
  }
}
