import { SyscallError } from '../errors/syscall-error.ts'
import { library, type Word } from '../ffi/library.ts'
import { type SyscallName, syscallNumber } from '../kernel/numbers.ts'
import { opening } from './ledger.ts'

// The one place where results become values or errors: nothing else reads errno.

/** What to name in an error beside the call. */
export interface Where {
  path?: string | undefined
  dest?: string | undefined
}

/** A C string: NUL-terminated UTF-8. */
export function cString(text: string): Buffer {
  return Buffer.from(`${text}\0`)
}

/** The raw result: a value, or a negative errno for the caller to look at. */
export function attempt(name: SyscallName, ...words: Word[]): number {
  return library().syscall(syscallNumber(name), words)
}

/** A count of 0 or more, or a `SyscallError`. */
export function count(where: Where, name: SyscallName, ...words: Word[]): number {
  const result = attempt(name, ...words)
  if (result < 0) throw new SyscallError(-result, name, where)
  return result
}

/** Nothing, or a `SyscallError`. */
export function succeed(where: Where, name: SyscallName, ...words: Word[]): void {
  count(where, name, ...words)
}

/** A new fd, close-on-exec, that the caller has to close, or a `SyscallError`. A Worker's are closed when it ends. */
export function descriptor(where: Where, name: SyscallName, ...words: Word[]): number {
  const result = opening(name, ...words)
  if (result < 0) throw new SyscallError(-result, name, where)
  return result
}
