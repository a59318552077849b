import {
  CLONE_NEW,
  type Contribution,
  checkJoin,
  checkKeys,
  type NamespaceRef,
  type Plan,
  PR,
} from '@ns/syscalls'
import { formatOffset, type Offsets, validateOffsets } from './offsets.ts'

/** A new time namespace and its offsets, or one to join. */
export interface TimeOptions extends Offsets {
  /** Enter this one: its offsets stay. */
  readonly join?: NamespaceRef | undefined
}

/**
 * A time namespace: how long the machine has been running, and the monotonic clock, are shifted. The time of day is not.
 *
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION` for a malformed offset, or offsets together with `join`
 * @see time_namespaces(7), Linux 5.6
 */
export function time(options: TimeOptions = {}): Contribution {
  checkKeys('time', options, ['monotonic', 'boottime', 'join'], 'time')
  checkJoin('time', options)
  validateOffsets(options)
  const { monotonic, boottime, join } = options
  return {
    type: 'time',
    flags: join === undefined ? CLONE_NEW.time : 0,
    join,
    steps: (plan) => addOffsets(plan, { monotonic, boottime }),
  }
}

/** The file is the process's own; the kernel takes offsets until the first process has entered the namespace. */
function addOffsets(plan: Plan, { monotonic, boottime }: Offsets): void {
  const lines = [
    ...(monotonic ? [formatOffset('monotonic', monotonic)] : []),
    ...(boottime ? [formatOffset('boottime', boottime)] : []),
  ]
  if (lines.length === 0) return
  const steps = plan.in('time')
  const options = { namespace: 'time', operation: 'set offsets' } as const
  // In a joined user namespace the process is undumpable already, and then the file is the host's root's.
  const dumpable = (value: number) =>
    steps.call('prctl', [PR.SET_DUMPABLE, value, 0, 0, 0], { operation: 'guard' })
  if (plan.joins.has('user')) dumpable(1)
  steps.writeFile(plan.proc, 'self/timens_offsets', lines.join(''), options)
  if (plan.joins.has('user')) dumpable(0)
}
