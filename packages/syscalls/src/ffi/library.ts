import { UnsupportedError } from '../errors/unsupported-error.ts'
import { isBefore } from '../kernel/release.ts'
import { createKoffi } from './koffi.ts'

/** What a system call takes: a number, an address, memory, or nothing (a null pointer). */
export type Word = number | bigint | Uint8Array | null

/** What this package needs of a foreign function interface. A second back end is one more file that implements it. */
export interface Library {
  /** A raw system call by number: its result, or its negative errno. */
  syscall(number: number, words: readonly Word[]): number
  /** Maps machine code read+execute for the life of the process. */
  code(bytes: Uint8Array): Code
  /** Maps zeroed memory that outlives this thread: the address. What of it is never touched costs nothing. */
  map(size: number): bigint
  /** The address of a function of libc. */
  symbol(name: string): bigint
  /** The address of memory that JavaScript holds, good until the caller's tick ends. */
  address(memory: Uint8Array): bigint
  /** Watches an fd (epoll has to take it) from the event loop. */
  watch(fd: number, readable: () => void): Watch
}

/** Machine code, entered at its first byte. */
export interface Code {
  readonly address: bigint
  /** Calls it with at most nine words. */
  call(...words: Word[]): number
}

/** A watched fd; `ref` and `unref` are Node's: whether it holds the event loop. */
export interface Watch {
  ref(): void
  unref(): void
}

let loaded: Library | undefined

/**
 * The FFI of this process, loaded at the first call: importing works on every platform.
 *
 * @throws {UnsupportedError} `ERR_NS_UNSUPPORTED` anywhere but on Linux, x86-64 or arm64, with Node.js 22.12 or newer.
 */
export function library(): Library {
  if (loaded) return loaded
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch))
    throw new UnsupportedError(
      `@ns needs Linux on x64 or arm64; this is ${process.platform} on ${process.arch}`,
    )
  const { node } = process.versions
  if (isBefore(node, 22, 12))
    throw new UnsupportedError(`@ns needs Node.js 22.12 or newer; this is ${node}`)
  loaded = createKoffi()
  return loaded
}
