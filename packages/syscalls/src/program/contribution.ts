import { invalidOption } from '../errors/namespace-error.ts'
import type { NamespaceRef } from '../namespaces/ref.ts'
import type { NamespaceType } from '../namespaces/types.ts'
import type { Plan } from './plan.ts'

/** A child that waits while the parent does its part. */
export interface ParkedChild {
  readonly pid: number
  readonly pidfd: number
  /** Whether the parent's thread blocks (`spawnSync`): no promise settles then. */
  readonly isBlocking: boolean
}

/**
 * What a package adds to a start: data, and steps into named phases. A namespace package exports a factory that returns
 * one; `launch` makes or joins the namespace that `type` and `join` name, and the steps do the rest.
 */
export interface Contribution {
  readonly type: NamespaceType
  /** `CLONE_NEW[type]`, which makes one; 0 when it joins. */
  readonly flags: number
  /** Enter this one instead of making one. */
  readonly join?: NamespaceRef | undefined
  /** Of a user namespace that is entered: the ids stay what they are, instead of 0 where that is mapped. */
  readonly keepsIds?: boolean | undefined
  /** Without effect if what is to be joined is the caller's own. */
  readonly unlessOwn?: boolean | undefined
  /** Of a user namespace: who makes it, and so owns it. Takes CAP_SETUID and CAP_SETGID, and a map that the parent writes. */
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined
  /** The cgroup v2 to be born in, a path or an fd: a namespace made then is rooted there (cgroup_namespaces(7)). */
  readonly placement?: string | { readonly fd: number } | undefined
  /** Adds the steps, before it returns. Called once for each start, in the order of `namespaceTypes`. */
  steps(plan: Plan): void
  /**
   * What the parent does from outside while the child waits, before the phase `mapped`. A start that blocks
   * refuses a promise: look at `isBlocking`.
   *
   * @param plan the one that `steps` had: a contribution may be used for several starts at once
   */
  parent?(child: ParkedChild, plan: Plan): void | Promise<void>
  /**
   * Undoes on the host what `parent` made: called once for each start, when the child has ended or the start has failed.
   *
   * @param hasStarted whether the command was executed: what is to outlive it stays then
   */
  release?(plan: Plan, hasStarted: boolean): void
}

/** Asks a contribution for its steps. What one that is `async` adds after an `await` would be missing in silence. */
export function addSteps(contribution: Contribution, plan: Plan): void {
  const returned: unknown = contribution.steps(plan)
  if (!(returned instanceof Promise)) return
  returned.catch(() => {}) // of a start that is not made
  const { type } = contribution
  throw invalidOption(
    `${type}: its steps have to be there when \`steps\` returns: no promise`,
    type,
  )
}
