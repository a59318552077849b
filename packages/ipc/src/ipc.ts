import { CLONE_NEW, type Contribution, checkJoin, checkKeys, type NamespaceRef } from '@ns/syscalls'
import { addLimits, type IpcLimits, validateLimits } from './limits.ts'

/** A new IPC namespace, or one to join. */
export interface IpcOptions {
  /** What may be made inside. It takes root, of the machine or of the user namespace (`map: 'root'`). */
  readonly limits?: IpcLimits | undefined
  /** Enter this one: its limits stay. */
  readonly join?: NamespaceRef | undefined
}

/**
 * An IPC namespace: System V message queues, semaphores and shared memory, and POSIX message queues of its own.
 *
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION` for a malformed limit, or limits together with `join`
 * @see ipc_namespaces(7)
 */
export function ipc(options: IpcOptions = {}): Contribution {
  checkKeys('ipc', options, ['limits', 'join'], 'ipc')
  checkJoin('ipc', options)
  const { limits = {}, join } = options
  validateLimits(limits)
  return {
    type: 'ipc',
    flags: join === undefined ? CLONE_NEW.ipc : 0,
    join,
    steps: (plan) => addLimits(plan, limits),
  }
}
