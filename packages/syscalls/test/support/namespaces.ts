import { CLONE_NEW, type Contribution, type NamespaceType, type Plan } from '../../src/index.ts'

// Contributions as small as can be: this package is below those that have the real ones.

/** A namespace of its own. */
export function fresh(type: NamespaceType, steps: (plan: Plan) => void = () => {}): Contribution {
  return { type, flags: CLONE_NEW[type], steps }
}

/** A user namespace whose root is the caller. */
export function rootInside(steps: (plan: Plan) => void = () => {}): Contribution {
  return fresh('user', (plan) => {
    const user = plan.in('user')
    user.writeFile(plan.proc, 'self/setgroups', 'deny')
    user.writeFile(plan.proc, 'self/uid_map', `0 ${process.geteuid?.()} 1\n`)
    user.writeFile(plan.proc, 'self/gid_map', `0 ${process.getegid?.()} 1\n`)
    plan.rootInside = true
    steps(plan)
  })
}
