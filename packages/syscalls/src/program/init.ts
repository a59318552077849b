import { F, FUTEX, PR, SIGNAL } from '../kernel/constants.ts'
import { INIT } from './layout.ts'
import { Slot } from './memory.ts'
import type { Plan } from './plan.ts'
import { type Fd, type Step, step } from './step.ts'

/**
 * The init keeps its lifeline alone: what it held open would be open as long as the sandbox lives. The command waits
 * until that is so: as root of its user namespace it may open `/proc/1/fd`, and the host's `/proc` leads out of any root.
 */
export function addInit(plan: Plan, lifeline: Fd, arm: readonly Step[], outlives: boolean): void {
  const options = { namespace: 'pid', operation: 'become the init' } as const
  const command = plan.slot('command')
  const ways = (outlives ? INIT.outlives : 0) | (plan.initUntilEmpty ? INIT.untilEmpty : 0)
  const holds = new Slot(plan.memory.words([1]), 'fds to close') // 0 once they are closed
  const own: Step[] = [
    step('prctl', [PR.SET_NAME, 'ns-init', 0, 0, 0], options),
    step('chdir', ['/'], options),
    // A hang-up of the lifeline is a SIGIO for process 1: this one.
    step('fcntl', [lifeline, F.SETOWN, 1], options),
    step('fcntl', [lifeline, F.SETFL, 0o20000 /* O_ASYNC */], options),
    // From here on a hang-up is heard; had the parent ended before, this ends it.
    ...arm,
    step('close_range', [0, lifeline.fd - 1, 0], options),
    step('close_range', [lifeline.fd + 1, 0xffffffff, 0], { ...options, result: holds }),
    step('futex', [holds.region, FUTEX.WAKE, 1], options),
    { call: 'init', args: [command, lifeline, ways], ...options },
  ]
  plan
    .in('init')
    .call('clone', [SIGNAL.CHLD, 0, 0, 0, 0], { ...options, result: command, fork: own })
  plan.in('init').call('futex', [holds.region, FUTEX.WAIT, 1, 0], {
    namespace: 'pid',
    operation: 'wait for the init',
    tolerate: ['EAGAIN'],
  })
}
