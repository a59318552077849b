import { brand } from '../errors/brand.ts'
import { invalidOption } from '../errors/namespace-error.ts'
import { PLAN, PLAN_ADDRESS } from './layout.ts'

/** A piece of the plan's memory. As an argument it is its address. */
export class Region {
  static {
    brand(Region, 'Region')
  }
  /** Bytes from the plan's begin. */
  readonly offset: number
  /** Bytes. */
  readonly size: number

  constructor(offset: number, size: number) {
    this.offset = offset
    this.size = size
  }

  /** The address that the launcher has it at. */
  get address(): number {
    return PLAN_ADDRESS + this.offset
  }

  /** A part of it. */
  at(offset: number, size: number = this.size - offset): Region {
    return new Region(this.offset + offset, size)
  }
}

/** The result of a step. As an argument of a later one it is the value; `region` is where it is kept. */
export class Slot {
  static {
    brand(Slot, 'Slot')
  }
  readonly region: Region
  /** What it holds, for `explain`: `'proc'`. */
  readonly name: string

  constructor(region: Region, name: string) {
    this.region = region
    this.name = name
  }
}

/** The kernel would take what stands before it: another path, another argument. */
function refuseNul(text: string): void {
  if (text.includes('\0'))
    throw invalidOption(`a NUL byte cannot be passed on: ${JSON.stringify(text)}`)
}

/** Reads a signed 64-bit word. */
export function getWord(bytes: Buffer, offset: number): number {
  return bytes.readInt32LE(offset + 4) * 2 ** 32 + bytes.readUInt32LE(offset)
}

/** The plan's memory while it is being written: it only grows, and what has an address keeps it. */
export class Memory {
  #bytes = Buffer.alloc(12288) // enough for most programs, and too large for Node's shared pool
  /** The same memory; both architectures are little endian. */
  #halves = new Uint32Array(this.#bytes.buffer)
  #used: number = PLAN.header
  readonly #strings = new Map<string, Region>()

  /** Zeroed memory, aligned to 8 bytes. */
  allocate(size: number): Region {
    const region = new Region(this.#used, size)
    this.#used = Math.ceil((this.#used + size) / 8) * 8
    if (this.#used > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(this.#used, this.#bytes.length * 2))
      this.#bytes.copy(larger)
      this.#bytes = larger
      this.#halves = new Uint32Array(larger.buffer)
    }
    return region
  }

  /** Memory that begins with these bytes. */
  put(bytes: Uint8Array): Region {
    const region = this.allocate(bytes.length)
    this.#bytes.set(bytes, region.offset)
    return region
  }

  /** A C string, kept once. */
  string(text: string): Region {
    const known = this.#strings.get(text)
    if (known) return known
    refuseNul(text)
    const region = this.allocate(Buffer.byteLength(text) + 1)
    this.#bytes.write(text, region.offset)
    this.#strings.set(text, region)
    return region
  }

  /** C strings that are used once, such as the environment; returns their addresses. */
  strings(texts: readonly string[]): number[] {
    texts.forEach(refuseNul)
    let { address } = this.put(Buffer.from(texts.map((text) => `${text}\0`).join('')))
    return texts.map((text) => {
      const own = address
      address += Buffer.byteLength(text) + 1
      return own
    })
  }

  /** An array of 64-bit words, such as `argv`. */
  words(values: readonly (number | bigint)[]): Region {
    const region = this.allocate(values.length * 8)
    values.forEach((value, i) => {
      this.putWord(region.offset + i * 8, value)
    })
    return region
  }

  /** Writes a 64-bit word, two's complement, at a multiple of 8. */
  putWord(offset: number, value: number | bigint): void {
    // Storing into 32 bits keeps the lowest 32, of negative numbers too.
    const isSmall = typeof value === 'number'
    this.#halves[offset / 4] = isSmall ? value : Number(BigInt.asUintN(32, value))
    this.#halves[offset / 4 + 1] = isSmall
      ? Math.floor(value / 2 ** 32)
      : Number(BigInt.asUintN(32, value >> 32n))
  }

  /** Where regions are written, at their offsets: good until the next one is allocated, which may move it. */
  get room(): Buffer {
    return this.#bytes
  }

  /** All that was written so far; shared, not copied. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#used)
  }
}
