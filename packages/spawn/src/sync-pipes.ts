import { attempt, type BlockingLoop, close, MSG, type Source } from '@ns/syscalls'

/** As much as is read at a time, in bytes. */
const CHUNK = 65536

/** Our ends of a child's pipes while the caller blocks: what it wrote, and whether anything is still to come. */
export interface SyncPipes {
  /** Index: the child's fd; null where it is no pipe that it writes to. */
  readonly output: readonly (readonly Buffer[] | null)[]
  isOver(): boolean
  /** Nothing more is read or written; they stay open. */
  stop(): void
  close(): void
}

/** Feeds `input` to stdin, and reads all other ends; `more` is told the bytes of each read, `broken` why not all was fed. */
export function pump(
  loop: BlockingLoop,
  ends: readonly (number | null)[],
  input: Uint8Array,
  more: (bytes: number) => void,
  broken: (errno: number) => void,
): SyncPipes {
  const open = new Map<number, Source>()
  const finish = (fd: number) => {
    open.get(fd)?.close()
    if (open.delete(fd)) close(fd)
  }
  const output = ends.map((fd, i) => {
    if (fd === null) return null
    if (i === 0) {
      open.set(fd, write(loop, fd, input, broken, finish))
      return null
    }
    const chunks: Buffer[] = []
    const read = () => {
      const bytes = Buffer.allocUnsafe(CHUNK)
      const length = attempt('recvfrom', fd, bytes, CHUNK, MSG.DONTWAIT, null, null)
      if (length === -11 || length === -4) return // EAGAIN, EINTR
      if (length <= 0) return finish(fd) // a reset is an end too
      chunks.push(bytes.subarray(0, length))
      more(length)
    }
    open.set(fd, loop.watch(fd, read))
    return chunks
  })
  return {
    output,
    isOver: () => open.size === 0,
    stop: () => {
      for (const source of open.values()) source.close()
    },
    close: () => {
      for (const fd of [...open.keys()]) finish(fd)
    },
  }
}

function write(
  loop: BlockingLoop,
  fd: number,
  input: Uint8Array,
  broken: (errno: number) => void,
  finish: (fd: number) => void,
): Source {
  let rest = input
  return loop.watchWritable(fd, () => {
    const flags = MSG.DONTWAIT | MSG.NOSIGNAL
    const length = rest.length && attempt('sendto', fd, rest, rest.length, flags, null, 0)
    if (length === -11 || length === -4) return // EAGAIN, EINTR
    rest = rest.subarray(Math.max(0, length))
    if (length < 0) broken(-length)
    if (length < 0 || rest.length === 0) finish(fd)
  })
}
