import { open } from '../calls/fds.ts'
import { SyscallError } from '../errors/syscall-error.ts'
import { O } from '../kernel/constants.ts'
import type { Contribution } from '../program/contribution.ts'
import { placementError } from './failure.ts'
import type { OwnedFds } from './owned-fds.ts'

/** The cgroup that a process is to be born in. */
export interface Placement {
  readonly fd: number
  /** Its path, or the number of the fd that was given: what an error names. */
  readonly name: string
}

/** The cgroup that a contribution asks for, opened; `undefined`: none does. */
export function openPlacement(
  contributions: readonly Contribution[],
  theirs: OwnedFds,
): Placement | undefined {
  const wanted = contributions.find(({ placement }) => placement !== undefined)?.placement
  if (wanted === undefined) return undefined
  if (typeof wanted !== 'string') return { fd: wanted.fd, name: `fd ${wanted.fd}` }
  try {
    return { fd: theirs.add(open(wanted, O.PATH | O.DIRECTORY | O.CLOEXEC)), name: wanted }
  } catch (error) {
    throw error instanceof SyscallError ? placementError(error) : error
  }
}
