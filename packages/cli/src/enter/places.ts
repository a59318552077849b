import type { Contribution, NamespaceRef } from '@ns/syscalls'

/** Directories that were opened before anything was entered, wherever they are. */
export interface Places {
  /** Becomes `/`. */
  readonly root?: number | undefined
  /** Becomes the working directory. */
  readonly cwd?: number | undefined
}

/**
 * Enters a mount namespace, if any is given, and then directories by their fds: the target's own may have been
 * removed, be covered, or lie in no mount namespace that is entered.
 *
 * @see chroot(2), nsenter(1)
 */
export function standingIn({ root, cwd }: Places, join: NamespaceRef | undefined): Contribution {
  return {
    type: 'mount',
    flags: 0,
    join,
    steps(plan) {
      if (root !== undefined) {
        const options = { namespace: 'mount', operation: 'enter the root' } as const
        plan.in('root').call('fchdir', [plan.fd(root, 'root')], options)
        plan.in('root').call('chroot', ['.'], options)
      }
      if (cwd === undefined) return
      const options = { operation: 'enter the directory' }
      plan.in('cwd').call('fchdir', [plan.fd(cwd, 'cwd')], options)
    },
  }
}
