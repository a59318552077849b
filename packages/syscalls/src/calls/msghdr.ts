import { library } from '../ffi/library.ts'

/** A part of the memory that a message is laid out in. */
interface Part {
  readonly at: number
  readonly size: number
}

const VECTOR = 56
const FLAGS = 48
/** `struct msghdr` and one `struct iovec`; what they point to comes behind them. */
export const MSGHDR_BYTES = 72

/** Writes the header of a message at the start of its memory (recvmsg(2)): sizes in bytes, without a name by default. */
export function writeMsghdr(
  memory: Buffer,
  {
    name = { at: MSGHDR_BYTES, size: 0 },
    control,
    bytes,
  }: Record<'control' | 'bytes', Part> & { name?: Part },
): void {
  const start = library().address(memory)
  const pointer = ({ at }: Part) => start + BigInt(at)
  memory.writeBigUInt64LE(name.size === 0 ? 0n : pointer(name), 0)
  memory.writeUInt32LE(name.size, 8)
  memory.writeBigUInt64LE(start + BigInt(VECTOR), 16)
  memory.writeBigUInt64LE(1n, 24)
  memory.writeBigUInt64LE(pointer(control), 32)
  memory.writeBigUInt64LE(BigInt(control.size), 40)
  memory.writeBigUInt64LE(pointer(bytes), VECTOR)
  memory.writeBigUInt64LE(BigInt(bytes.size), VECTOR + 8)
}

/** `MSG_*` that recvmsg has set: what became of the message. */
export function flagsOf(memory: Buffer): number {
  return memory.readInt32LE(FLAGS)
}
