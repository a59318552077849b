import { constants } from 'node:os'
import { PR, SIGNAL } from '../kernel/constants.ts'
import type { Slot } from './memory.ts'
import type { Plan } from './plan.ts'
import { check, type Fd, type Step, step } from './step.ts'

/** The steps that tie a process to its parent. */
export interface ParentDeath {
  /** While the start goes on: dies with the thread that made it, which then can't see to it any more. */
  readonly starting: readonly Step[]
  /** From then on. Without a signal, or from a Worker, which may end before what it started, only the check is left. */
  readonly running: readonly Step[]
  /** The check alone. */
  readonly checks: readonly Step[]
}

/** What `statm` begins with once a thread has given up its memory, which it does before its children are told. */
const ENDED = Buffer.from('0 0 ').readUInt32LE()

/**
 * The check that a thread has not ended: that is asked of the thread itself, by `statm`, an fd that it has opened. Its own
 * fds may outlive it, in other threads that are still to end; in a pid namespace its pid is not known; and what it has
 * opened is readable whatever the ids and the mount options of `/proc`.
 */
function checksOf(plan: Plan, statm: Fd | Slot): readonly Step[] {
  const text = plan.memory.allocate(8)
  const failure = { errno: 'ESRCH', call: 'pread64' } as const
  const options = { operation: 'check for the parent' }
  return [
    step('pread64', [statm, text, 4, 0], { ...options, expect: 4 }),
    check('refuse', [text, ENDED], failure, options),
  ]
}

const arm = (number: number, operation: string): Step =>
  step('prctl', [PR.SET_PDEATHSIG, number, 0, 0, 0], { operation })

/**
 * The steps by which a process that a step forks dies with who forked it, also if he has ended before they are reached.
 *
 * @param statm his `/proc/self/statm`, which he has opened before the fork
 * @see prctl(2), PR_SET_PDEATHSIG
 */
export function dieWith(plan: Plan, statm: Slot): readonly Step[] {
  return [arm(SIGNAL.KILL, 'arm'), ...checksOf(plan, statm)]
}

/** Dies with the parent's thread from here on, and at once if it is ending already; once it runs, of `signal`, if any. */
export function armParentDeath(
  plan: Plan,
  { statm, threadIsProcess }: { readonly statm: Fd; readonly threadIsProcess: boolean },
  signal: NodeJS.Signals | undefined,
): ParentDeath {
  const checks = checksOf(plan, plan.fd(statm.fd, statm.name))
  const starting = [arm(SIGNAL.KILL, 'arm'), ...checks]
  const after = threadIsProcess && signal ? arm(constants.signals[signal], 'arm') : arm(0, 'disarm')
  return { starting, running: [after, ...checks], checks }
}
