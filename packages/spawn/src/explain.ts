import { explain as explainLaunch, type Program } from '@ns/syscalls'
import { checkCall } from './call.ts'
import type { SpawnOptions } from './options.ts'
import { numbersOf } from './stdio.ts'
import { terminalFd } from './terminal.ts'

/**
 * The program that `spawn` with these arguments would run between clone and exec, without running it.
 * `String(program)` prints it.
 */
export function explain(file: string, options?: SpawnOptions): Program
export function explain(file: string, args?: readonly string[], options?: SpawnOptions): Program
export function explain(file: string, second?: unknown, third?: unknown): Program {
  const { contributions, command, options } = checkCall(file, second, third)
  const fds = numbersOf(options.stdio)
  const controllingTerminal = terminalFd(options.stdio) ?? command.controllingTerminal
  return explainLaunch(contributions, { ...command, fds, controllingTerminal })
}
