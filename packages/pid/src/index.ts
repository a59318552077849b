/**
 * Linux PID namespaces for Node.js: process ids of its own, and an init that leaves nothing behind.
 *
 * Isolates process ids: the command sees and signals only the processes in its namespace, and when its PID 1 ends the
 * kernel ends all of them.
 * Does not isolate `/proc`, which shows the namespace of whoever mounted it: add `@ns/mount`, and it is mounted anew.
 *
 * ```ts
 * import { launch } from '@ns/syscalls'
 * import { pid } from '@ns/pid'
 *
 * const child = launch([pid()], { file: 'sh', args: ['-c', 'echo $$'] })
 * await child.exited // printed: 2, the init being 1
 * ```
 *
 * @packageDocumentation
 */

export { killAll } from './kill-all.ts'
export { readLastPid, setLastPid } from './last-pid.ts'
export { type PidOptions, pid } from './pid.ts'
export { type NamespaceProcess, processes, toHostPid, toInsidePid } from './processes.ts'
