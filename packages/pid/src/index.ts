/**
 * Pid namespaces. Isolates process ids: the command sees only the processes in its namespace, and when its PID 1 ends
 * the kernel ends all of them. Does not isolate `/proc`, which needs a mount namespace too.
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
export { type PidOptions, pid } from './pid.ts'
export { type NamespaceProcess, processes, toHostPid, toInsidePid } from './processes.ts'
