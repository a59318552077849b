import { isProbed, probeSyscall } from '../../kernel/support.ts'
import type { Cause } from '../cause.ts'
import { isKernelBefore } from '../machine.ts'

/** What not every kernel has, and not every container lets through. */
export const calls: readonly Cause[] = [
  {
    when: ({ call, errno }) => isProbed(call) && (errno === 'ENOSYS' || errno === 'EPERM'),
    find: ({ call }) => (isProbed(call) ? probeSyscall(call)?.reason : undefined),
  },
  {
    when: ({ namespace, operation, errno }) =>
      namespace === 'ipc' && operation === 'set a limit' && errno === 'EACCES',
    find: (_, machine) =>
      isKernelBefore(machine, 5, 19)
        ? 'the limits of an ipc namespace that a user namespace owns can be set from Linux 5.19 on: boot a newer kernel, or be root and leave out the user namespace'
        : undefined,
  },
]
