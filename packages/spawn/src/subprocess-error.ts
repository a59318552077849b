import type { Exit } from '@ns/syscalls'

/** An option that a program exceeded, and was ended for. */
export type Limit = 'timeout' | 'maxBuffer'

/** What a program left that ran to its end. */
export interface Result extends Exit {
  readonly stdout: string
  readonly stderr: string
  /** The option that it exceeded, and was ended for; null: none. */
  readonly exceeded: Limit | null
  /** From the call to the end. */
  readonly durationMs: number
}

/** A program ran, and ended with another code than 0, by a signal, or beyond a limit. It carries the fields of the result. */
export class SubprocessError extends Error implements Result {
  override readonly name = 'SubprocessError'
  readonly code: 'ERR_NS_EXIT' | 'ERR_NS_SIGNAL' | 'ERR_NS_TIMEOUT' | 'ERR_NS_MAX_BUFFER'
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number | null
  readonly signalCode: NodeJS.Signals | null
  readonly coreDumped: boolean
  readonly exceeded: Limit | null
  readonly durationMs: number
  readonly resourceUsage: Exit['resourceUsage']

  constructor(command: string, result: Result) {
    const { exceeded, signalCode } = result
    const end = signalCode ? `was ended by ${signalCode}` : `exited with ${result.exitCode}`
    const how = exceeded ? `exceeded its ${exceeded} and ${end}` : end
    const said = result.stderr.trim().split('\n').at(-1)
    super(`${command} ${how}${said ? `: ${said}` : ''}`)
    this.code = exceeded ? codes[exceeded] : signalCode ? 'ERR_NS_SIGNAL' : 'ERR_NS_EXIT'
    this.stdout = result.stdout
    this.stderr = result.stderr
    this.exitCode = result.exitCode
    this.signalCode = signalCode
    this.exceeded = exceeded
    this.coreDumped = result.coreDumped
    this.durationMs = result.durationMs
    this.resourceUsage = result.resourceUsage
  }
}

const codes = { timeout: 'ERR_NS_TIMEOUT', maxBuffer: 'ERR_NS_MAX_BUFFER' } as const
