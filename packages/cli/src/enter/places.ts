import type { Contribution, NamespaceRef } from '@ns/syscalls'

/** Of the target, or of the command line: what was opened, or read, before anything was entered. */
export interface Places {
  /** A directory that becomes `/`. */
  readonly root?: number | undefined
  /** One that becomes the working directory. */
  readonly cwd?: number | undefined
  /** The SELinux context that the command is executed in. */
  readonly context?: string | undefined
}

/**
 * Enters a mount namespace, if any is given, and then directories by their fds: the target's own may have been
 * removed, be covered, or lie in no mount namespace that is entered.
 *
 * @see chroot(2), nsenter(1), proc_pid_attr(5)
 */
export function standingIn(
  { root, cwd, context }: Places,
  join: NamespaceRef | undefined,
): Contribution {
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
      if (cwd !== undefined) {
        const options = { operation: 'enter the directory' }
        plan.in('cwd').call('fchdir', [plan.fd(cwd, 'cwd')], options)
      }
      if (context === undefined) return
      const options = { operation: 'take the SELinux context' }
      plan.in('identity').writeFile(plan.proc, 'self/attr/exec', context, options)
    },
  }
}
