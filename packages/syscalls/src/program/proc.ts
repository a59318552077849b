import {
  AT_FDCWD,
  FSCONFIG,
  FSMOUNT_CLOEXEC,
  FSOPEN_CLOEXEC,
  MOUNT_ATTR,
  MOVE_MOUNT,
  MS,
} from '../kernel/constants.ts'
import type { NamespaceType } from '../namespaces/types.ts'
import type { Phase } from './order.ts'
import type { Plan } from './plan.ts'
import type { StepOptions } from './step.ts'

/**
 * Adds the steps that mount a `/proc` of the pid namespace that the process is in.
 *
 * For a new root it is made before, while the caller's can still be seen, and put in its place inside: in a user
 * namespace the kernel makes one only where one is visible in full already (mount_too_revealing in fs/namespace.c), and
 * a new root has none. Elsewhere it is mounted at once: closing the fd of a detached mount waits for the whole kernel
 * (synchronize_rcu in fs/namespace.c), a third of a start.
 */
export function mountProc(
  plan: Plan,
  phase: 'mounts' | 'proc',
  target: string,
  namespace: NamespaceType,
): void {
  const options = { namespace, operation: 'mount', path: 'proc', dest: target } as const
  if (plan.hasNewRoot) {
    mountEarly(plan, phase, target, options)
    return
  }
  const flags = MS.NOSUID | MS.NODEV | MS.NOEXEC
  plan.in(phase).call('mount', ['proc', target, 'proc', flags, 0], options)
}

function mountEarly(plan: Plan, phase: Phase, target: string, options: StepOptions): void {
  const context = plan.slot('proc context')
  const tree = plan.slot('proc tree')
  const flags = MOUNT_ATTR.NOSUID | MOUNT_ATTR.NODEV | MOUNT_ATTR.NOEXEC
  const sources = plan.in('sources')
  sources.call('fsopen', ['proc', FSOPEN_CLOEXEC], { ...options, result: context })
  sources.call('fsconfig', [context, FSCONFIG.CMD_CREATE, 0, 0, 0], options)
  sources.call('fsmount', [context, FSMOUNT_CLOEXEC, flags], { ...options, result: tree })
  sources.call('close', [context], options)
  const place = plan.in(phase)
  place.call('move_mount', [tree, '', AT_FDCWD, target, MOVE_MOUNT.F_EMPTY_PATH], options)
  place.call('close', [tree], options)
}
