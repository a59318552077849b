import type { WriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { finished } from 'node:stream/promises'

/** A pcap file whose times are nanoseconds, of ethernet frames (pcap-savefile(5)). */
const MAGIC = 0xa1b23c4d
const LINKTYPE_ETHERNET = 1
const SNAPLEN = 262_144

/** A capture that runs. Close it, or let `await using` do so: then the file is whole. */
export class Capture {
  readonly path: string
  readonly #file: WriteStream
  readonly #done: Promise<void>
  #end: () => void = () => {}
  #frames = 0
  #isOpen = true

  private constructor(path: string, file: WriteStream) {
    this.path = path
    this.#file = file
    this.#done = finished(this.#file)
    this.#done.catch(() => {}) // told by `close`
    const header = Buffer.alloc(24)
    header.writeUInt32LE(MAGIC, 0)
    header.writeUInt16LE(2, 4) // version 2.4
    header.writeUInt16LE(4, 6)
    header.writeUInt32LE(SNAPLEN, 16)
    header.writeUInt32LE(LINKTYPE_ETHERNET, 20)
    this.#file.write(header)
  }

  /** @internal */
  static async open(path: string): Promise<Capture> {
    const file = await open(path, 'w')
    return new Capture(path, file.createWriteStream())
  }

  /** How many frames there are by now. */
  get frames(): number {
    return this.#frames
  }

  /** @internal */
  write(frame: Uint8Array): void {
    const now = performance.timeOrigin + performance.now()
    const seconds = Math.floor(now / 1000)
    const record = Buffer.allocUnsafe(16 + frame.length)
    record.writeUInt32LE(seconds, 0)
    record.writeUInt32LE(Math.floor((now - seconds * 1000) * 1e6), 4)
    record.writeUInt32LE(frame.length, 8)
    record.writeUInt32LE(frame.length, 12)
    record.set(frame, 16)
    this.#frames += 1
    if (!this.#file.destroyed) this.#file.write(record)
  }

  /** @internal What ends the flow of frames. */
  endWith(end: () => void): this {
    this.#end = end
    return this
  }

  /**
   * Ends it; settles when the file is written.
   *
   * @throws {Error} what writing the file failed with: `ENOSPC`, …
   */
  async close(): Promise<void> {
    if (this.#isOpen) {
      this.#isOpen = false
      this.#end()
      this.#file.end()
    }
    await this.#done
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}
