import { close, socketpair } from '../calls/fds.ts'
import { descriptor } from '../calls/result.ts'
import { F } from '../kernel/constants.ts'

/** fds of a start, to be closed together: ours when it fails, the child's when it has them. */
export class OwnedFds {
  readonly #fds: number[] = []

  add(fd: number): number {
    this.#fds.push(fd)
    return fd
  }

  close(): void {
    for (const fd of this.#fds.splice(0)) close(fd)
  }
}

/** A pair of sockets, the child's end above all numbers that its fds will have: placing them can't hit it. */
export function pairAbove(
  above: number,
  ours: OwnedFds,
  theirs: OwnedFds,
): { mine: number; its: number } {
  const [mine, its] = socketpair().map((fd, i) => (i === 0 ? ours : theirs).add(fd)) as [
    number,
    number,
  ]
  if (its >= above) return { mine, its }
  return { mine, its: theirs.add(descriptor({}, 'fcntl', its, F.DUPFD_CLOEXEC, above)) }
}
