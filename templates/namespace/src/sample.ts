import { CLONE_NEW, type Contribution, checkKeys, type NamespaceRef } from '@ns/syscalls'

/** A new uts namespace, or one to join. */
export interface SampleOptions {
  /** Enter this one instead of making one. */
  readonly join?: NamespaceRef | undefined
}

/**
 * A uts namespace, and what sample makes of it.
 *
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION`
 */
export function sample(options: SampleOptions = {}): Contribution {
  checkKeys('sample', options, ['join'], 'uts')
  const { join } = options
  return {
    type: 'uts',
    flags: join === undefined ? CLONE_NEW.uts : 0,
    join,
    // The system calls of your idea, each in its phase: `plan.in('uts').call('sethostname', ['box', 3])`.
    steps() {},
  }
}
