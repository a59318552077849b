import { invalidOption } from '../errors/namespace-error.ts'
import { PRIO_PROCESS } from '../kernel/constants.ts'
import type { Plan } from '../program/plan.ts'
import { checkInteger, checkIntegers } from './check.ts'

/** How the kernel treats the process among others. Its init, if it has one, is treated the same. */
export interface SchedulingAttributes {
  /** -20, the most favoured, to 19; less than the caller's takes CAP_SYS_NICE (setpriority(2)). */
  readonly nice?: number | undefined
  /** -1000, never, to 1000, first; less than the caller's least takes CAP_SYS_RESOURCE (proc_pid_oom_score_adj(5)). */
  readonly oomScoreAdj?: number | undefined
  /** The CPUs to run on, by number (sched_setaffinity(2)). */
  readonly affinity?: readonly number[] | undefined
}

const CPU_MAX = 8191

/** @throws {NamespaceError} `ERR_NS_INVALID_OPTION` */
export function checkScheduling({ nice, oomScoreAdj, affinity }: SchedulingAttributes): void {
  checkInteger('nice', nice, -20, 19)
  checkInteger('oomScoreAdj', oomScoreAdj, -1000, 1000)
  checkIntegers('affinity', affinity, 0, CPU_MAX)
  if (affinity?.length === 0) throw invalidOption('affinity: a process runs on one CPU at least')
}

/** Adds the steps: the first, as a contribution may take the privilege that they need. */
export function addScheduling(plan: Plan, attributes: SchedulingAttributes): void {
  const { nice, oomScoreAdj, affinity } = attributes
  const steps = plan.in('scheduling')
  if (nice !== undefined)
    steps.call('setpriority', [PRIO_PROCESS, 0, nice], { operation: 'set the nice value' })
  if (oomScoreAdj !== undefined)
    steps.writeFile(plan.proc, 'self/oom_score_adj', `${oomScoreAdj}\n`, {
      operation: 'set the oom score',
    })
  if (affinity === undefined) return
  const mask = Buffer.alloc((Math.max(...affinity) >> 6) * 8 + 8)
  for (const cpu of affinity) mask[cpu >> 3] = (mask[cpu >> 3] ?? 0) | (1 << (cpu & 7))
  steps.call('sched_setaffinity', [0, mask.length, mask], { operation: 'bind to CPUs' })
}
