/**
 * Linux uts namespaces for Node.js: what sample adds in one sentence.
 *
 * Isolates …
 * Does not isolate …
 *
 * ```ts
 * import { sample } from '@ns/sample'
 * import { launch } from '@ns/syscalls'
 *
 * const child = launch([sample()], { file: 'echo', args: ['inside'] })
 * await child.exited // printed: inside
 * ```
 *
 * @packageDocumentation
 */

export { type SampleOptions, sample } from './sample.ts'
