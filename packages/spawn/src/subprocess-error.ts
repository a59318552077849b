import type { Exit } from '@ns/syscalls'

/** What a program left that ran to its end. */
export interface Result extends Exit {
  readonly stdout: string
  readonly stderr: string
  /** From the call to the end. */
  readonly durationMs: number
}

/** A program ran, and ended with another code than 0 or by a signal. It carries the fields of the result. */
export class SubprocessError extends Error implements Result {
  override readonly name = 'SubprocessError'
  readonly code: 'ERR_NS_EXIT' | 'ERR_NS_SIGNAL'
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number | null
  readonly signalCode: NodeJS.Signals | null
  readonly coreDumped: boolean
  readonly durationMs: number
  readonly resourceUsage: Exit['resourceUsage']

  constructor(command: string, result: Result) {
    const how = result.signalCode
      ? `was ended by ${result.signalCode}`
      : `exited with ${result.exitCode}`
    const said = result.stderr.trim().split('\n').at(-1)
    super(`${command} ${how}${said ? `: ${said}` : ''}`)
    this.code = result.signalCode ? 'ERR_NS_SIGNAL' : 'ERR_NS_EXIT'
    this.stdout = result.stdout
    this.stderr = result.stderr
    this.exitCode = result.exitCode
    this.signalCode = result.signalCode
    this.coreDumped = result.coreDumped
    this.durationMs = result.durationMs
    this.resourceUsage = result.resourceUsage
  }
}
