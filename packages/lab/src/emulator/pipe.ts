import { type Line, perfect } from '../impairment.ts'
import type { Random } from './random.ts'

/** What a pipe needs to know of time. */
export interface Time {
  now(): number
  at(due: number, run: () => void): void
}

/** One direction of a line: what comes in comes out later, twice, or never, as netem has it (tc-netem(8)). */
export class Pipe {
  line: Line = perfect
  readonly #time: Time
  readonly #random: Random
  readonly #out: (frame: Uint8Array) => void
  /** When the last packet has left, at this rate. */
  #free = 0
  #underWay = 0

  /** @param out gets what comes out; the memory is its own, or the caller's until it returns */
  constructor(time: Time, random: Random, out: (frame: Uint8Array) => void) {
    this.#time = time
    this.#random = random
    this.#out = out
  }

  /**
   * A frame comes in.
   *
   * @param frame is copied if it has to wait
   * @param bytes what counts for the rate
   */
  send(frame: Uint8Array, bytes: number = frame.length): void {
    const { loss, duplicate } = this.line
    const isLost = this.#happens(loss)
    const isDouble = this.#happens(duplicate)
    if (!isLost) this.#pass(frame, bytes)
    if (isDouble) this.#pass(frame, bytes)
  }

  #pass(frame: Uint8Array, bytes: number): void {
    const { latency, rate, queue, reorder } = this.line
    const isFree = latency === 0 && rate === perfect.rate && this.#underWay === 0
    if (isFree || this.#happens(reorder)) this.#out(frame)
    else if (this.#underWay < queue) this.#delay(frame, bytes)
  }

  #delay(frame: Uint8Array, bytes: number): void {
    const { latency, rate } = this.line
    const now = this.#time.now()
    this.#free = Math.max(now, this.#free) + (bytes * 8000) / rate
    const { jitter } = this.line
    const varied = jitter === 0 ? latency : latency + (2 * this.#random() - 1) * jitter
    const copy = Buffer.from(frame)
    this.#underWay += 1
    this.#time.at(this.#free + varied, () => {
      this.#underWay -= 1
      this.#out(copy)
    })
  }

  #happens(share: number): boolean {
    return share > 0 && this.#random() < share
  }
}
