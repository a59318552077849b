import { attempt } from '../calls/result.ts'
import { CLONE_NEW, type NamespaceType } from '../namespaces/types.ts'
import { CLONE } from './constants.ts'
import { errnoNumber } from './errno.ts'

/** No flag of unshare(2). */
const UNKNOWN_FLAG = 1

/**
 * Whether a seccomp filter refuses new namespaces of a type to `clone` or `unshare`: asked by what the kernel answers
 * EINVAL to before it does anything or looks at a privilege (clone(2): CLONE_THREAD without CLONE_SIGHAND).
 */
export function isFiltered(call: string, namespace: NamespaceType): boolean {
  if (call !== 'clone' && call !== 'unshare') return false
  const flags = CLONE_NEW[namespace]
  const result =
    call === 'unshare'
      ? attempt('unshare', flags | UNKNOWN_FLAG)
      : attempt('clone', flags | CLONE.THREAD, 0, 0, 0, 0)
  return result !== -errnoNumber('EINVAL')
}
