import { close } from '../calls/fds.ts'
import { invalidOption } from '../errors/namespace-error.ts'
import { O } from '../kernel/constants.ts'
import { Namespace } from '../namespaces/namespace.ts'
import { unpersist } from '../namespaces/persist.ts'
import { type NamespaceType, procName } from '../namespaces/types.ts'
import { addSteps, type Contribution } from '../program/contribution.ts'
import { handOver } from '../program/joins.ts'
import type { Plan } from '../program/plan.ts'

/**
 * The same namespace, kept by a file from before its command runs: as `unshare --net=PATH` does. A start that fails
 * leaves neither file nor mount; afterwards `unpersist` ends it.
 *
 * @param contribution makes the namespace
 * @param path of an empty file, or of one to be made
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION` when it makes none; the start fails as `Namespace.persist` does
 */
export function persisted(contribution: Contribution, path: string): Contribution {
  const { type, flags, parent, release } = contribution
  if (flags === 0)
    throw invalidOption(`${type}: only a namespace that is made can be kept by a file`, type)
  if (typeof path !== 'string' || path === '' || path.includes('\0'))
    throw invalidOption(`${type}: the path of the file that keeps it is wanted`, type)
  const starts = new WeakMap<Plan, { fd?: number; isKept?: boolean }>()
  return {
    ...contribution,
    steps(plan) {
      const start: { fd?: number } = {}
      starts.set(plan, start)
      addSteps(contribution, plan)
      addHandOver(plan, type, (fd) => (start.fd = fd))
    },
    async parent(child, plan) {
      await parent?.call(contribution, child, plan)
      const start = starts.get(plan)
      if (start?.fd === undefined) return
      using namespace = Namespace.open(type, { fd: start.fd })
      namespace.persist(path)
      start.isKept = true
    },
    release(plan, hasStarted) {
      const start = starts.get(plan)
      if (start?.fd !== undefined) close(start.fd)
      delete start?.fd
      try {
        if (start?.isKept && !hasStarted) unpersist(path)
      } finally {
        release?.call(contribution, plan, hasStarted)
      }
    },
  }
}

/** The child opens it itself: nobody may look at it from outside while the start goes on. */
function addHandOver(plan: Plan, type: NamespaceType, take: (fd: number) => void): void {
  const { fd, steps } = handOver(plan, take)
  // The caller's own time namespace is in force until the exec.
  const link = `self/ns/${type === 'time' ? 'time_for_children' : procName(type)}`
  const options = { path: link, namespace: type, operation: 'persist', result: fd }
  plan.in('user').call('openat', [plan.proc, link, O.RDONLY | O.CLOEXEC], options)
  plan.in('user').push(...steps)
}
