import { LONGEST_FRAME } from '../constants.ts'
import { isPerPacket, type Line, perfect } from '../impairment.ts'
import { type Bundle, bundleOf, bytesOf, cut, wholeOf } from './bundle.ts'
import type { Random } from './random.ts'
import { Schedule } from './schedule.ts'

/** What a pipe needs to know of time. */
export interface Time {
  now(): number
  at(due: number, run: () => void): void
}

/** Packets of a bundle that come out together. */
interface Run {
  readonly bundle: Bundle
  readonly from: number
  to: number
}

/** A packet that waits. */
interface Waiting {
  readonly bundle: Bundle
  readonly packet: number
}

const INFINITE = Number.POSITIVE_INFINITY
/** What the event loop takes for a turn at the least, `ms`: so much early is no sooner than it could be on time. */
const FINE = 0.05
/** Frames that come out at once: who gets them is to have a turn, in which libuv reads as many datagrams, before its buffers are full. */
const MOST = 32

/**
 * One direction of a line: what comes in comes out later, twice, or never, as netem has it (tc-netem(8)). Each packet of a
 * bundle is judged alone; those that belong together and come out at the same time are a bundle again.
 */
export class Pipe {
  readonly #time: Time
  readonly #random: Random
  readonly #out: (frame: Buffer) => void
  readonly #waiting = new Schedule<Waiting>()
  readonly #ring = () => this.#come()
  #line: Line = perfect
  #isPerPacket = false
  /** When the last packet comes out, at this rate. */
  #last = 0
  /** When it is to be told that it is time. */
  #next = INFINITE
  #run: Run | undefined
  #memory: Buffer | undefined

  /** @param out gets what comes out; the memory is its own, or the caller's until it returns */
  constructor(time: Time, random: Random, out: (frame: Buffer) => void) {
    this.#time = time
    this.#random = random
    this.#out = out
  }

  get line(): Line {
    return this.#line
  }

  set line(line: Line) {
    this.#line = line
    this.#isPerPacket = isPerPacket(line)
  }

  /**
   * A frame comes in.
   *
   * @param frame with a virtio header; is copied if it has to wait
   */
  send(frame: Buffer): void {
    const { loss, duplicate, queue, reorder } = this.#line
    const bundle = this.#isPerPacket ? bundleOf(frame) : wholeOf(frame)
    let kept: Bundle | undefined
    const pass = (packet: number) => {
      if (this.#isFree(bundle, packet) || this.#happens(reorder)) this.#emit(bundle, packet)
      else if (this.#waiting.size < queue) {
        kept ??= { ...bundle, frame: Buffer.from(frame) }
        this.#delay(kept, packet)
      }
    }
    for (let packet = 0; packet < bundle.count; packet++) {
      const isLost = this.#happens(loss)
      const isDouble = this.#happens(duplicate)
      if (!isLost) pass(packet)
      if (isDouble) pass(packet)
    }
    this.#flush()
    if (kept) this.#wait()
  }

  /** Whether a packet goes on at once: nothing is before it, and it takes no time that a clock could tell. */
  #isFree(bundle: Bundle, packet: number): boolean {
    const { latency, rate } = this.#line
    if (latency > 0 || this.#waiting.size > 0) return false
    if (rate === INFINITE) return true
    const now = this.#time.now()
    const last = Math.max(now, this.#last) + (bytesOf(bundle, packet) * 8000) / rate
    if (last - now > FINE) return false
    this.#last = last
    return true
  }

  #delay(bundle: Bundle, packet: number): void {
    const { latency, jitter, rate } = this.#line
    const varied = jitter === 0 ? latency : latency + (2 * this.#random() - 1) * jitter
    const due = this.#time.now() + varied
    // At a rate they come out one behind the other, as of netem.
    if (rate !== INFINITE)
      this.#last = Math.max(due, this.#last) + (bytesOf(bundle, packet) * 8000) / rate
    this.#waiting.add(rate === INFINITE ? due : this.#last, { bundle, packet })
  }

  #wait(): void {
    const { next } = this.#waiting
    if (next >= this.#next) return
    this.#next = next
    this.#time.at(next, this.#ring)
  }

  #come(): void {
    const now = this.#time.now()
    if (this.#next <= now) this.#next = INFINITE
    for (let left = MOST; left > 0 && this.#waiting.next <= now; ) {
      const { bundle, packet } = this.#waiting.take()
      if (this.#emit(bundle, packet) === 'begun') left -= 1
    }
    this.#flush()
    this.#wait()
  }

  #emit(bundle: Bundle, packet: number): 'begun' | 'joined' {
    if (this.#run?.bundle === bundle && this.#run.to === packet) {
      this.#run.to += 1
      return 'joined'
    }
    this.#flush()
    this.#run = { bundle, from: packet, to: packet + 1 }
    return 'begun'
  }

  #flush(): void {
    const run = this.#run
    if (!run) return
    this.#run = undefined
    const { bundle, from, to } = run
    if (from > 0 || to < bundle.count) this.#memory ??= Buffer.allocUnsafeSlow(LONGEST_FRAME)
    this.#out(cut(bundle, from, to, this.#memory ?? bundle.frame))
  }

  #happens(share: number): boolean {
    return share > 0 && this.#random() < share
  }
}
