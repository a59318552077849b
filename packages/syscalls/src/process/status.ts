import { SyscallError } from '../errors/syscall-error.ts'
import { errnoNumber } from '../kernel/errno.ts'
import { type Candidate, execErrno } from '../program/exec.ts'
import { LIST, PLAN, UNEXPECTED } from '../program/layout.ts'
import { getWord } from '../program/memory.ts'
import type { Phase } from '../program/order.ts'
import { textOf } from '../program/plan.ts'
import type { PlacedStep } from '../program/program.ts'

/** How far a program came. Read from memory that somebody inside may have written: only compared and printed. */
export type Outcome =
  | { readonly kind: 'started' }
  | {
      readonly kind: 'failed'
      readonly at: PlacedStep
      readonly cause: SyscallError
      /** The text that the step found instead of what it wanted. */
      readonly found?: string | undefined
      readonly interpreterMissing: boolean
      readonly isDirectory: boolean
    }
  | { readonly kind: 'interrupted'; readonly at: PlacedStep }

/** From the empty signal mask on a signal ends the process, as it would end the command a moment later. */
const command: readonly Phase[] = ['signals', 'seccomp', 'exec']

/** Reads the outcome from the plan once the status socket has ended. */
export function readOutcome(
  plan: Buffer,
  placed: readonly PlacedStep[],
  candidates: readonly Candidate[],
): Outcome {
  const lists = Array.from({ length: PLAN.listCount }, (_, i) => {
    const offset = PLAN.lists + i * LIST.size
    return {
      progress: plan.readUInt32LE(offset + LIST.progress),
      error: plan.readInt32LE(offset + LIST.error),
    }
  })
  const find = (list: number, progress: number) =>
    placed.find((step) => step.list === list && step.index === progress - 1)
  const failures = lists.flatMap(({ progress, error }, list) => {
    const at = find(list, progress)
    return error > 0 && at ? [{ at, error }] : []
  })
  // Who waited for a helper that failed got an unexpected answer: what says more comes first.
  const failure = failures.find(({ error }) => error !== UNEXPECTED) ?? failures[0]
  if (failure) {
    const { at, error } = failure
    return {
      kind: 'failed',
      at,
      cause: causeOf(at, error),
      found: foundBy(at, plan),
      interpreterMissing: false,
      isDirectory: false,
    }
  }
  const last = placed.at(-1) as PlacedStep
  const progress = lists[last.list]?.progress ?? 0
  if (progress > last.index + 1) return notExecuted(plan, placed, candidates)
  const reached = find(last.list, progress)
  if (reached && command.includes(reached.phase)) return { kind: 'started' }
  return { kind: 'interrupted', at: reached ?? lastReached(lists, placed) }
}

function lastReached(
  lists: readonly { progress: number }[],
  placed: readonly PlacedStep[],
): PlacedStep {
  const reached = placed.filter(
    (step) => step.index === Math.max(0, (lists[step.list]?.progress ?? 0) - 1),
  )
  return (
    reached.filter((step) => (lists[step.list]?.progress ?? 0) > 0).at(-1) ??
    (placed[0] as PlacedStep)
  )
}

function foundBy({ step: { found } }: PlacedStep, plan: Buffer): string | undefined {
  return found && textOf(plan.subarray(found.offset, found.offset + found.size))
}

function causeOf(at: PlacedStep, error: number): SyscallError {
  const { step } = at
  const path = step.path ?? step.args.find((argument) => typeof argument === 'string')
  // A call that came back with too little: EIO, as for a write that the kernel cut short.
  const call = step.failure?.call ?? step.call
  return new SyscallError(error === UNEXPECTED ? errnoNumber('EIO') : error, call, {
    path,
    dest: step.dest,
  })
}

/** No candidate could be executed: the one that says most is the error. */
function notExecuted(
  plan: Buffer,
  placed: readonly PlacedStep[],
  candidates: readonly Candidate[],
): Outcome {
  const errnos = candidates.map(({ exec }) => -getWord(plan, exec.region.offset))
  const errno = execErrno(errnos)
  const withoutInterpreter = candidates.findIndex(
    ({ exists }, i) =>
      errnos[i] === errnoNumber('ENOENT') && getWord(plan, exists.region.offset) === 0,
  )
  const interpreterMissing = withoutInterpreter >= 0 && errno === errnoNumber('ENOENT')
  const index = interpreterMissing ? withoutInterpreter : Math.max(0, errnos.lastIndexOf(errno))
  const path = candidates[index]?.path ?? ''
  const directory = candidates[index]?.directory.region.offset
  const isDirectory = directory !== undefined && getWord(plan, directory) === 0
  const at =
    placed.find(({ step }) => step.call === 'execve' && step.args[0] === path) ??
    (placed.at(-1) as PlacedStep)
  return {
    kind: 'failed',
    at,
    cause: new SyscallError(errno, 'execve', { path }),
    interpreterMissing,
    isDirectory: isDirectory && errno === errnoNumber('EACCES'),
  }
}
