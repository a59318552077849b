import { explain as explainLaunch, type Program } from '@ns/syscalls'
import { contributionsOf } from './namespaces.ts'
import { checkCall, type SpawnOptions, splitArguments } from './options.ts'
import { terminalFd } from './terminal.ts'

/**
 * The program that `spawn` with these arguments would run between clone and exec, without running it.
 * `String(program)` prints it.
 */
export function explain(file: string, options?: SpawnOptions): Program
export function explain(file: string, args?: readonly string[], options?: SpawnOptions): Program
export function explain(file: string, second?: unknown, third?: unknown): Program {
  const { args, options } = splitArguments<SpawnOptions>(second, third)
  const { command } = checkCall(file, args, options)
  const { stdio } = options
  const count = Math.max(3, Array.isArray(stdio) ? stdio.length : 0)
  const fds = Array.from({ length: count }, (_, fd) => fd)
  const controllingTerminal = terminalFd(stdio) ?? command.controllingTerminal
  return explainLaunch(contributionsOf(options.namespaces), {
    ...command,
    fds,
    controllingTerminal,
  })
}
