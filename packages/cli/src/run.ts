import { spawn } from '@ns/spawn'
import type { CommandLine } from './command-line.ts'
import { codeOfExit } from './exit-code.ts'
import { readTerminal, takeBack } from './terminal.ts'

/** Signals that somebody sends to us and means the command. Those of job control (SIGTSTP, SIGCONT) have Node's effect. */
const FORWARDED = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const

/** What a terminal sends to everyone in its foreground: the command has got it as well. */
const TYPED: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT']

/** Runs the command to its end; its exit code is ours. Rejects when it was not started. */
export async function run({ file, args, options }: CommandLine): Promise<number> {
  const terminal = readTerminal()
  const child = spawn(file, args, options)
  const forward = (signal: NodeJS.Signals) => {
    const now = readTerminal()
    if (TYPED.includes(signal) && now && now.foreground === now.ours) return
    child.kill(signal)
  }
  for (const signal of FORWARDED) process.on(signal, forward)
  try {
    return codeOfExit(await child.exited)
  } finally {
    for (const signal of FORWARDED) process.off(signal, forward)
    if (terminal) takeBack(terminal)
  }
}
