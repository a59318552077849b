import { attempt, errnoNumber } from '@ns/syscalls'

/** Taken at once: others are to have their turn, and what is left is told again. */
const MOST = 64
/** The link is down for now. */
const passing = ['EAGAIN', 'EINTR', 'ENETDOWN'] as const

/**
 * Reads what there is; one read is one frame.
 *
 * @returns false when there will be no more: the link is gone
 */
export function readFrames(fd: number, memory: Buffer, sink: (frame: Buffer) => void): boolean {
  for (let left = MOST; left > 0; left--) {
    const length = attempt('read', fd, memory, memory.length)
    if (length < 0) return passing.some((name) => errnoNumber(name) === -length)
    sink(memory.subarray(0, length))
  }
  return true
}
