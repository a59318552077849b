/**
 * Linux UTS namespaces for Node.js: a host name and an NIS domain name of its own.
 *
 * Isolates the host name and the NIS domain name.
 * Does not isolate the rest of what `uname` prints, which is the kernel's, nor name resolution.
 *
 * ```ts
 * import { launch } from '@ns/syscalls'
 * import { uts } from '@ns/uts'
 *
 * const child = launch([uts({ hostname: 'box' })], { file: 'hostname' })
 * await child.exited // printed: box
 * ```
 *
 * @packageDocumentation
 */

export type { RunningOptions } from '@ns/syscalls'
export type { Names } from './names.ts'
export { readNames, setNames } from './running.ts'
export { type UtsOptions, uts } from './uts.ts'
