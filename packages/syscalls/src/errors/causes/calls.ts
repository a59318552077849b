import { isProbed, probeSyscall } from '../../kernel/support.ts'
import { CLONE_NEW } from '../../namespaces/types.ts'
import type { Cause } from '../cause.ts'
import { isKernelBefore } from '../machine.ts'

/** What not every kernel has, and not every container lets through. */
export const calls: readonly Cause[] = [
  {
    when: ({ call, errno }) => isProbed(call) && (errno === 'ENOSYS' || errno === 'EPERM'),
    find: ({ call }) => (isProbed(call) ? probeSyscall(call)?.reason : undefined),
  },
  {
    when: ({ namespace, errno }) => namespace === 'time' && errno === 'ERANGE',
    find: () => 'no clock can be moved below 0, which is the boot of the machine',
  },
  {
    when: ({ namespace, operation, errno }) =>
      namespace === 'ipc' && operation === 'set a limit' && errno === 'EACCES',
    find: (_, machine) =>
      isKernelBefore(machine, 5, 19)
        ? 'the limits of an ipc namespace that a user namespace owns can be set from Linux 5.19 on: boot a newer kernel, or be root and leave out the user namespace'
        : "limits are set by root, of the machine or of the user namespace: map its ids to 0 (map: 'root')",
  },
  {
    when: ({ call, errno, namespace }) =>
      call === 'unshare' && errno === 'EINVAL' && namespace !== undefined,
    find: ({ namespace }) =>
      namespace &&
      `this kernel has no ${namespace} namespaces (CLONE flag 0x${CLONE_NEW[namespace].toString(16)})`,
  },
  {
    when: ({ errno }) => errno === 'EMFILE',
    find: () =>
      'this process has as many fds open as it may: raise its limit (RLIMIT_NOFILE, `ulimit -n`), or close some',
  },
  {
    when: ({ errno }) => errno === 'ENOSYS',
    find: ({ call }) => `this kernel, or a seccomp filter, does not have ${call}`,
  },
]
