import { type Subprocess, spawn } from '@ns/spawn'
import type { CommandLine } from './command-line.ts'
import { codeOfExit } from './exit-code.ts'
import { withGate } from './gate.ts'
import { printable } from './printable.ts'
import { connect } from './pty.ts'
import { readTerminal, takeBack } from './terminal.ts'

/** Signals that somebody sends to us and means the command. Those of job control (SIGTSTP, SIGCONT) have Node's effect. */
const FORWARDED = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const

/** What a terminal sends to everyone in its foreground: a command in our session has got it as well. */
const TYPED: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT']

/** Runs the command to its end; its exit code is ours. Rejects when it was not started. */
export async function run(commandLine: CommandLine): Promise<number> {
  const { line, gate } = await withGate(commandLine)
  await using _gate = gate
  return await runToEnd(line)
}

async function runToEnd({ file, args, options, quiet }: CommandLine): Promise<number> {
  const terminal = readTerminal()
  const isPlain = Object.keys(options.namespaces ?? {}).length === 0
  const sharesSession = options.pty === undefined && (options.session === false || isPlain)
  let child: Subprocess | undefined
  const forward = (signal: NodeJS.Signals) => {
    const now = readTerminal()
    if (sharesSession && TYPED.includes(signal) && now && now.foreground === now.ours) return
    child?.kill(signal)
  }
  // Before the start: a command that is there already may be typed at.
  for (const signal of FORWARDED) process.on(signal, forward)
  let disconnect: (() => void) | undefined
  try {
    child = spawn(file, args, options)
    disconnect = child.pty ? connect(child.pty) : undefined
    const { warnings } = await child.ready
    const newline = child.pty ? '\r\n' : '\n' // our terminal is raw then
    if (!quiet)
      for (const it of warnings.map(printable)) process.stderr.write(`ns: warning: ${it}${newline}`)
    const exit = await child.exited
    if (child.pty) await child.closed // what it has printed
    await child.gone // with --until-empty those that it left: they have the gate until then
    return codeOfExit(exit)
  } finally {
    disconnect?.()
    for (const signal of FORWARDED) process.off(signal, forward)
    if (terminal) takeBack(terminal)
  }
}
