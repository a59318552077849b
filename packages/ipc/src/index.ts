/**
 * Linux IPC namespaces for Node.js: System V objects and POSIX message queues of its own.
 *
 * Isolates System V message queues, semaphores and shared memory, and POSIX message queues.
 * Does not isolate pipes, sockets, or memory that is shared by files.
 *
 * ```ts
 * import { launch } from '@ns/syscalls'
 * import { ipc } from '@ns/ipc'
 *
 * const child = launch([ipc()], { file: 'cat', args: ['/proc/sysvipc/shm'] })
 * await child.exited // the heading, and no segment
 * ```
 *
 * @packageDocumentation
 */

export type { RunningOptions } from '@ns/syscalls'
export { type IpcOptions, ipc } from './ipc.ts'
export type { IpcLimits } from './limits.ts'
export {
  type IpcObjects,
  type MessageQueue,
  type PosixQueue,
  readIpcObjects,
  type SemaphoreSet,
  type SharedMemory,
  type SysvObject,
} from './objects.ts'
export { type IpcSelection, removeIpcObjects } from './remove.ts'
