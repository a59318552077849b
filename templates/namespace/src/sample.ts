import { CLONE_NEW, type Contribution, checkJoin, checkKeys, type NamespaceRef } from '@ns/syscalls'

/** A new uts namespace, or one to join. */
export interface SampleOptions {
  /** Enter this one instead of making one. */
  readonly join?: NamespaceRef | undefined
}

/**
 * A namespace of type uts, and what sample makes of it.
 *
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION`
 */
export function sample(options: SampleOptions = {}): Contribution {
  checkKeys('sample', options, ['join'], 'uts')
  checkJoin('uts', options)
  const { join } = options
  return {
    type: 'uts',
    flags: join === undefined ? CLONE_NEW.uts : 0,
    join,
    // The system calls of your idea, each in the phase (`phases` of @ns/syscalls) where nothing breaks:
    // plan.in(PHASE).call(NAME, [ARGUMENT, …], { namespace: 'uts', operation: 'VERB' })
    steps() {},
  }
}
