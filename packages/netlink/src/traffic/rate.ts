import { invalidOption } from '@ns/syscalls'

/** TC_LINKLAYER_ETHERNET: the kernel computes times itself, no rate table has to be sent. */
const ETHERNET = 1

/** Bits per second as bytes per second. */
export function bytesPerSecond(what: string, rate: number): number {
  if (rate >= 8 && Number.isFinite(rate)) return Math.floor(rate / 8)
  throw invalidOption(`${what}: bits per second are wanted`, 'net')
}

/** `struct tc_ratespec`; what is too much for it goes into an attribute of 64 bits beside. */
export function ratespec(bytes: number): Buffer {
  const memory = Buffer.alloc(12)
  memory.writeUInt8(ETHERNET, 1)
  memory.writeUInt32LE(Math.min(bytes, 0xffffffff), 8)
  return memory
}

/** How long so many bytes take, in the kernel's ticks of 64 ns (PSCHED_SHIFT). */
export function ticks(size: number, bytesPerSecond: number): number {
  return Math.min(0xffffffff, Math.ceil((size * 1e9) / bytesPerSecond / 64))
}

/** A share from 0 to 1 in 32 bits. */
export function share(what: string, value: number): number {
  if (value >= 0 && value <= 1) return Math.round(value * 0xffffffff)
  throw invalidOption(`${what}: a share from 0 to 1 is wanted`, 'net')
}

/** Milliseconds as nanoseconds. */
export function nanoseconds(what: string, ms: number): bigint {
  if (ms >= 0 && Number.isFinite(ms)) return BigInt(Math.round(ms * 1e6))
  throw invalidOption(`${what}: milliseconds are wanted`, 'net')
}
