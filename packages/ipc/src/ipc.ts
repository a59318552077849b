import { CLONE_NEW, type Contribution, checkKeys, type NamespaceRef } from '@ns/syscalls'

/** A new IPC namespace, or one to join. */
export interface IpcOptions {
  /** Enter this one. */
  readonly join?: NamespaceRef | undefined
}

/**
 * An IPC namespace: System V message queues, semaphores and shared memory, and POSIX message queues of its own.
 *
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION` for unknown options
 * @see ipc_namespaces(7)
 */
export function ipc(options: IpcOptions = {}): Contribution {
  checkKeys('ipc', options, ['join'], 'ipc')
  const { join } = options
  return { type: 'ipc', flags: join === undefined ? CLONE_NEW.ipc : 0, join, steps: () => {} }
}
