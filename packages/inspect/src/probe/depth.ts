import { CLONE_NEW, inside, type NamespaceError, SyscallError } from '@ns/syscalls'
import { type Finding, yes } from './finding.ts'
import { addOrdinaryUser, addOwnMaps } from './ordinary-user.ts'

/** `create_user_ns` refuses a parent that is more than 32 below the first (user_namespaces(7)). */
const DEEPEST = 33

/** How many user namespaces fit below ours: no file says how deep we are, so one goes down until it is refused. */
export async function tryDepth(): Promise<Finding> {
  const id = 'limits.depth'
  try {
    await inside({}, (plan) => {
      const ids = addOrdinaryUser(plan, 'user')
      for (let level = 1; level <= DEEPEST + 1; level++) {
        const options = { namespace: 'user', operation: 'create', path: `${level}` } as const
        plan.in('user').call('unshare', [CLONE_NEW.user], options)
        addOwnMaps(plan, ids)
      }
      return () => {}
    })
  } catch (error) {
    const { cause } = error as NamespaceError
    if (cause instanceof SyscallError && cause.code === 'ENOSPC' && cause.path !== undefined)
      return yes(id, `${Number(cause.path) - 1}`)
  }
  return { id, answer: 'unknown' }
}
