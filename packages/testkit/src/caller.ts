import { CLONE_NEW, type Contribution, MS, type NamespaceRef } from '@ns/syscalls'
import { lane } from './gates.ts'

/** A user namespace whose root is the caller: `@ns/user` is beside this package, not below it. */
export function rootInside(): Contribution {
  return {
    type: 'user',
    flags: CLONE_NEW.user,
    steps(plan) {
      const steps = plan.in('user')
      steps.writeFile(plan.proc, 'self/setgroups', 'deny')
      steps.writeFile(plan.proc, 'self/uid_map', `0 ${process.geteuid?.()} 1\n`)
      steps.writeFile(plan.proc, 'self/gid_map', `0 ${process.getegid?.()} 1\n`)
      plan.rootInside = true
    },
  }
}

/** A mount namespace that nothing leaves. */
export function ownMounts(): Contribution {
  return {
    type: 'mount',
    flags: CLONE_NEW.mount,
    steps: (plan) => plan.in('propagation').call('mount', ['none', '/', 0, MS.REC | MS.PRIVATE, 0]),
  }
}

/** A network namespace: a test that touches the network has one of its own, and reaches no other. */
export function ownNetwork(): Contribution {
  return { type: 'net', flags: CLONE_NEW.net, steps: () => {} }
}

/** Joins the network namespace of a process. */
export function sameNetwork(pid: number): Contribution {
  return { type: 'net', flags: 0, join: pid, steps: () => {} }
}

/**
 * What the caller of this lane needs beside: root nothing; an ordinary user a user namespace, a new one or the one
 * that `user` names.
 */
export function asCaller(
  contributions: readonly Contribution[],
  user?: NamespaceRef,
): Contribution[] {
  if (lane === 'root' || contributions.some(({ type }) => type === 'user'))
    return [...contributions]
  const own: Contribution =
    user === undefined ? rootInside() : { type: 'user', flags: 0, join: user, steps: () => {} }
  return [own, ...contributions]
}
