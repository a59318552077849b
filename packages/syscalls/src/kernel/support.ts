import { isPrivileged } from '../calls/capabilities.ts'
import { attempt } from '../calls/result.ts'
import type { Word } from '../ffi/library.ts'
import { errnoNumber } from './errno.ts'
import { isAtLeast } from './release.ts'

/** A system call that not every kernel has, and not every container's seccomp filter lets through. */
export type ProbedCall =
  | 'clone3'
  | 'close_range'
  | 'fsopen'
  | 'mount_setattr'
  | 'move_mount'
  | 'open_tree'
  | 'openat2'

interface Question {
  /** The release that brought it. */
  readonly since: readonly [major: number, minor: number]
  /** What the kernel refuses before it does anything: EINVAL, EBADF or EFAULT where the call exists. */
  readonly args: readonly Word[]
  /** Whether the kernel looks at the caller's privilege first, and answers EPERM itself. */
  readonly isForPrivileged?: true
}

const NO_FD = -1
const NO_SUCH_FLAG = 0x7fff0000
const noPath = Buffer.alloc(1)
const questions: Readonly<Record<ProbedCall, Question>> = {
  clone3: { since: [5, 3], args: [null, 0] },
  close_range: { since: [5, 9], args: [1, 0, 0] },
  fsopen: { since: [5, 2], args: [null, NO_SUCH_FLAG], isForPrivileged: true },
  mount_setattr: { since: [5, 12], args: [NO_FD, noPath, NO_SUCH_FLAG, null, 0] },
  move_mount: {
    since: [5, 2],
    args: [NO_FD, noPath, NO_FD, noPath, NO_SUCH_FLAG],
    isForPrivileged: true,
  },
  open_tree: { since: [5, 2], args: [NO_FD, noPath, NO_SUCH_FLAG] },
  openat2: { since: [5, 6], args: [NO_FD, noPath, null, 0] },
}

const REFUSALS = ['ENOSYS', 'EPERM'] as const

/** What stands in the way of a call. */
export interface Refusal {
  readonly errno: (typeof REFUSALS)[number]
  /** Why it is so, and what to change. */
  readonly reason: string
}

/**
 * Asks the kernel, without effects, whether a call is there for this process. It takes a microsecond, and nothing is
 * remembered: a filter may be added at any time.
 *
 * @returns `undefined` where it is there, and where that cannot be known: of `fsopen` and `move_mount` only the
 * privileged can tell a filter's EPERM from the kernel's
 */
export function probeSyscall(name: ProbedCall): Refusal | undefined {
  const { args, since, isForPrivileged } = questions[name]
  const result = attempt(name, ...args)
  const errno = REFUSALS.find((refusal) => result === -errnoNumber(refusal))
  if (errno === undefined || (errno === 'EPERM' && isForPrivileged && !isPrivileged()))
    return undefined
  if (errno === 'ENOSYS' && !isAtLeast(...since))
    return { errno, reason: `${name} came with Linux ${since.join('.')}: boot a newer kernel` }
  const reason = `a seccomp filter (of a container?) answers ${errno} to ${name}: allow it there`
  return { errno, reason }
}

/** Whether it is one of those that `probeSyscall` can ask for. */
export function isProbed(name: string): name is ProbedCall {
  return Object.hasOwn(questions, name)
}
