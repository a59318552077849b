import {
  checkKeys,
  inside,
  invalidOption,
  type NamespaceRef,
  type RunningOptions,
} from '@ns/syscalls'
import { addQueueRoot } from './posix-queues.ts'

/** `IPC_RMID` (msgctl(2)). */
const IPC_RMID = 0

/** What is to be removed, in the shape in which `readIpcObjects` lists it. */
export interface IpcSelection {
  readonly queues?: readonly { readonly id: number }[] | undefined
  readonly semaphores?: readonly { readonly id: number }[] | undefined
  readonly sharedMemory?: readonly { readonly id: number }[] | undefined
  readonly posixQueues?: readonly { readonly name: string }[] | undefined
}

/**
 * Removes objects of a running IPC namespace. What is gone already is no error; a segment of shared memory that is
 * attached ends with its last user.
 *
 * @throws {NamespaceError} when it isn't an IPC namespace, or may not be entered, or an object may not be removed
 * @see msgctl(2), semctl(2), shmctl(2), mq_unlink(3)
 */
export async function removeIpcObjects(
  ref: NamespaceRef,
  objects: IpcSelection,
  { user }: RunningOptions = {},
): Promise<void> {
  const kinds = ['queues', 'semaphores', 'sharedMemory', 'posixQueues']
  checkKeys('objects', objects, kinds, 'ipc')
  const { queues = [], semaphores = [], sharedMemory = [], posixQueues = [] } = objects
  for (const { name } of posixQueues)
    if (name === '' || name.includes('/'))
      throw invalidOption(`posixQueues: '${name}' is no name of a queue`, 'ipc')
  await inside({ user, ipc: ref }, (plan) => {
    const options = {
      namespace: 'ipc',
      operation: 'remove',
      tolerate: ['EINVAL', 'EIDRM'],
    } as const
    const steps = plan.in('ipc')
    for (const { id } of queues) steps.call('msgctl', [id, IPC_RMID, 0], options)
    for (const { id } of semaphores) steps.call('semctl', [id, 0, IPC_RMID, 0], options)
    for (const { id } of sharedMemory) steps.call('shmctl', [id, IPC_RMID, 0], options)
    if (posixQueues.length > 0) {
      const root = plan.slot('mqueue root')
      addQueueRoot(plan, root, 'remove')
      for (const { name } of posixQueues)
        plan.in('mounts').call('unlinkat', [root, name, 0], { ...options, tolerate: ['ENOENT'] })
    }
    return () => {}
  })
}
