import {
  CLONE_NEW,
  FSCONFIG,
  FSMOUNT_CLOEXEC,
  FSOPEN_CLOEXEC,
  type Plan,
  type Slot,
  step,
} from '@ns/syscalls'

/**
 * Adds the steps that mount the file system of an IPC namespace's POSIX queues, nowhere: an fd is its root
 * (mq_overview(7)).
 */
export function addQueueRoot(plan: Plan, root: Slot, operation: string): void {
  const options = { namespace: 'ipc', operation, path: 'mqueue' } as const
  const context = plan.slot('mqueue')
  plan.in('mounts').push(
    // A mount, even one that is mounted nowhere, takes rights over a mount namespace.
    step('unshare', [CLONE_NEW.mount], options),
    step('fsopen', ['mqueue', FSOPEN_CLOEXEC], { ...options, result: context }),
    step('fsconfig', [context, FSCONFIG.CMD_CREATE, 0, 0, 0], options),
    step('fsmount', [context, FSMOUNT_CLOEXEC, 0], { ...options, result: root }),
  )
}
