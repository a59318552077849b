import { malformed } from '../errors/netlink-error.ts'
import { align, NLA_HDRLEN, NLA_TYPE_MASK } from './constants.ts'

/** An attribute as it was received. */
export interface Received {
  /** Without flags. */
  readonly type: number
  readonly value: Buffer
}

/**
 * Attributes that were received, read by type. A value of another size than is asked for is an error, never read past;
 * one that isn't there is `undefined`.
 *
 * @throws {NetlinkError} `EBADMSG` from every method, and nothing else
 */
export class Attributes {
  /** In their order, those of unknown types too. */
  readonly all: readonly Received[]

  private constructor(all: readonly Received[]) {
    this.all = all
  }

  /** The attributes that begin at an offset and go to the end of the bytes. */
  static parse(bytes: Buffer, offset = 0): Attributes {
    if (offset > bytes.length) throw malformed(`${bytes.length} bytes end before the attributes`)
    const all: Received[] = []
    for (let at = offset; at < bytes.length; ) {
      if (at + NLA_HDRLEN > bytes.length) throw malformed('an attribute without its header')
      const length = bytes.readUInt16LE(at)
      if (length < NLA_HDRLEN || at + length > bytes.length)
        throw malformed(`an attribute of ${length} bytes in ${bytes.length - at}`)
      const type = bytes.readUInt16LE(at + 2) & NLA_TYPE_MASK
      all.push({ type, value: bytes.subarray(at + NLA_HDRLEN, at + length) })
      at += align(length)
    }
    return new Attributes(all)
  }

  /** The bytes; of the last, where there are several of a type. */
  bytes(type: number): Buffer | undefined {
    for (let i = this.all.length - 1; i >= 0; i--) {
      const attribute = this.all[i] as Received
      if (attribute.type === type) return attribute.value
    }
    return undefined
  }

  has(type: number): boolean {
    return this.bytes(type) !== undefined
  }

  u8(type: number): number | undefined {
    return this.#sized(type, 1)?.readUInt8()
  }

  u16(type: number): number | undefined {
    return this.#sized(type, 2)?.readUInt16LE()
  }

  u32(type: number): number | undefined {
    return this.#sized(type, 4)?.readUInt32LE()
  }

  s32(type: number): number | undefined {
    return this.#sized(type, 4)?.readInt32LE()
  }

  u64(type: number): bigint | undefined {
    return this.#sized(type, 8)?.readBigUInt64LE()
  }

  s64(type: number): bigint | undefined {
    return this.#sized(type, 8)?.readBigInt64LE()
  }

  /** Sent in network order. */
  be16(type: number): number | undefined {
    return this.#sized(type, 2)?.readUInt16BE()
  }

  /** Sent in network order. */
  be32(type: number): number | undefined {
    return this.#sized(type, 4)?.readUInt32BE()
  }

  /** Sent in network order. */
  be64(type: number): bigint | undefined {
    return this.#sized(type, 8)?.readBigUInt64BE()
  }

  /** A string, up to its NUL if it has one. */
  text(type: number): string | undefined {
    const value = this.bytes(type)
    if (!value) return undefined
    const end = value.indexOf(0)
    return value.toString('utf8', 0, end < 0 ? value.length : end)
  }

  nested(type: number): Attributes | undefined {
    const value = this.bytes(type)
    return value && Attributes.parse(value)
  }

  /** A struct of at least that size: later kernels append to theirs. */
  struct(type: number, size: number): Buffer | undefined {
    const value = this.bytes(type)
    if (value && value.length < size)
      throw malformed(`attribute ${type} has ${value.length} bytes, not ${size}`)
    return value
  }

  #sized(type: number, size: number): Buffer | undefined {
    const value = this.bytes(type)
    if (value && value.length !== size)
      throw malformed(`attribute ${type} has ${value.length} bytes, not ${size}`)
    return value
  }
}
