import { constants } from 'node:os'

/** The codes that are not the command's own: as `env`, `timeout` and shells have them. */
export const EXIT = {
  /** `ns` itself failed: flags, a namespace, the start. */
  ourFailure: 125,
  /** The program is there, and cannot be executed. */
  notExecutable: 126,
  notFound: 127,
  /** And the signal's number on top. */
  signal: 128,
} as const

/** The exit code for a start that failed. */
export function codeOf(error: unknown): number {
  const { code, step } = error as { code?: string; step?: { phase: string } }
  if (step?.phase !== 'exec' || code?.startsWith('ERR_NS_')) return EXIT.ourFailure
  return code === 'ENOENT' ? EXIT.notFound : EXIT.notExecutable
}

/** The exit code for a command that ran. */
export function codeOfExit(exit: {
  readonly exitCode: number | null
  readonly signalCode: NodeJS.Signals | null
}): number {
  if (exit.signalCode === null) return exit.exitCode ?? EXIT.ourFailure
  // A real-time signal has no name: 'SIG35'.
  const number = constants.signals[exit.signalCode] ?? Number(exit.signalCode.slice(3))
  return EXIT.signal + number
}
