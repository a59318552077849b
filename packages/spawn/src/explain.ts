import { explain as explainLaunch, type Program } from '@ns/syscalls'
import { contributionsOf } from './namespaces.ts'
import { checkCall, type SpawnOptions, splitArguments } from './options.ts'

/**
 * The program that `spawn` with these arguments would run between clone and exec, without running it.
 * `String(program)` prints it.
 */
export function explain(file: string, options?: SpawnOptions): Program
export function explain(file: string, args?: readonly string[], options?: SpawnOptions): Program
export function explain(file: string, second?: unknown, third?: unknown): Program {
  const { args, options } = splitArguments<SpawnOptions>(second, third)
  return explainLaunch(contributionsOf(options.namespaces), checkCall(file, args, options).command)
}
