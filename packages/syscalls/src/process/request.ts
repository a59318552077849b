import { CLONE_NEW } from '../namespaces/types.ts'
import { REQUEST } from '../program/layout.ts'
import { launcherFd } from './launcher.ts'
import type { Placement } from './placement.ts'

/** What the stub is told, see native/request.h. */
export interface Request {
  flags: number
  keep: readonly number[]
  plan: number
  size: number
  name: string
  /** The cgroup to be born in; absent: the caller's. */
  placement: Placement | undefined
}

/** One for all starts of this thread: the stub is called, and its answers are read, in the same tick. */
let scratch: Buffer | undefined

/** The buffer that the stub is called with; it writes the pidfd and an errno back into it. */
export function encodeRequest({ flags, keep, plan, size, name, placement }: Request): Buffer {
  if (keep.length > REQUEST.keepCount)
    throw new RangeError(`more than ${REQUEST.keepCount} fds for one child`)
  scratch ??= Buffer.alloc(REQUEST.size)
  const request = scratch
  request.writeBigUInt64LE(BigInt(flags), REQUEST.flags)
  request.writeInt32LE(launcherFd(), REQUEST.launcher)
  request.writeInt32LE(placement?.fd ?? -1, REQUEST.cgroup)
  request.writeInt32LE(flags & CLONE_NEW.user ? 1 : 0, REQUEST.raise)
  request.writeInt32LE(keep.length, REQUEST.keeps)
  request.writeInt32LE(0, REQUEST.error)
  request.fill(0, REQUEST.name, REQUEST.keep)
  request.write(name, REQUEST.name)
  request.write(letters(plan) + letters(size), REQUEST.plan)
  keep.forEach((fd, i) => {
    request.writeInt32LE(fd, REQUEST.keep + i * 4)
  })
  return request
}

/** Eight letters, a nibble each: argv can't carry a NUL. See native/launcher.c. */
function letters(value: number): string {
  return [...value.toString(16).padStart(8, '0')]
    .map((digit) => String.fromCharCode(97 + Number.parseInt(digit, 16)))
    .join('')
}
