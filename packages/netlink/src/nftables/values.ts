import { invalidOption } from '@ns/syscalls'
import { IFNAMSIZ } from '../text/name.ts'

/** A port in network order. */
export function port(number: number): Buffer {
  if (!Number.isInteger(number) || number < 0 || number > 65_535)
    throw invalidOption(`port: ${number} is none`, 'net')
  const memory = Buffer.alloc(2)
  memory.writeUInt16BE(number)
  return memory
}

/** Marks, ids and states are in the machine's order. */
export function host32(number: number): Buffer {
  const memory = Buffer.alloc(4)
  memory.writeUInt32LE(number)
  return memory
}

/** The name of a link fills IFNAMSIZ bytes. */
export function linkName(link: string): Buffer {
  const memory = Buffer.alloc(IFNAMSIZ)
  if (Buffer.byteLength(link) >= IFNAMSIZ || link === '')
    throw invalidOption(`link: '${link}' is no name`, 'net')
  memory.write(link)
  return memory
}

/** The bits of an address of so many bytes that a prefix covers. */
export function prefixBits(prefix: number, size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => {
    const bits = Math.min(8, Math.max(0, prefix - i * 8))
    return (0xff << (8 - bits)) & 0xff
  })
}
