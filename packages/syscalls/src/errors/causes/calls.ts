import { isProbed, probeSyscall } from '../../kernel/support.ts'
import type { Cause } from '../cause.ts'

/** Calls that not every kernel has, and not every container lets through. */
export const calls: readonly Cause[] = [
  {
    when: ({ call, errno }) => isProbed(call) && (errno === 'ENOSYS' || errno === 'EPERM'),
    find: ({ call }) => (isProbed(call) ? probeSyscall(call)?.reason : undefined),
  },
]
