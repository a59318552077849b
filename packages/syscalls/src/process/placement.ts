import { open } from '../calls/fds.ts'
import { invalidOption } from '../errors/namespace-error.ts'
import { SyscallError } from '../errors/syscall-error.ts'
import { O } from '../kernel/constants.ts'
import type { Command } from '../program/command.ts'
import type { Contribution } from '../program/contribution.ts'
import { placementError } from './failure.ts'
import type { OwnedFds } from './owned-fds.ts'

/** The cgroup that a process is to be born in. */
export interface Placement {
  readonly fd: number
  /** Its path, or the number of the fd that was given: what an error names. */
  readonly name: string
}

/**
 * The cgroup that the command or a contribution asks for, opened; `undefined`: none does.
 *
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION` when both do
 */
export function openPlacement(
  contributions: readonly Contribution[],
  command: Command | undefined,
  theirs: OwnedFds,
): Placement | undefined {
  const all = [command?.cgroup, ...contributions.map(({ placement }) => placement)]
  const [wanted, other] = all.filter((placement) => placement !== undefined)
  if (other !== undefined)
    throw invalidOption('cgroup: two placements for one process; leave out one', 'cgroup')
  if (wanted === undefined) return undefined
  if (typeof wanted !== 'string') return { fd: wanted.fd, name: `fd ${wanted.fd}` }
  try {
    return { fd: theirs.add(open(wanted, O.PATH | O.DIRECTORY | O.CLOEXEC)), name: wanted }
  } catch (error) {
    throw error instanceof SyscallError ? placementError(error) : error
  }
}
