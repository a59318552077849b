import { constants } from 'node:os'
import type { Command, LaunchOptions } from '@ns/syscalls'
import { checkKeys } from '@ns/syscalls'
import { checkMilliseconds, checkPath, checkText, invalidType, invalidValue } from './arguments.ts'
import type { NamespacesOption } from './namespaces.ts'
import type { StdioOption } from './stdio.ts'

/** Options of `spawn`: those of `node:child_process` with Node's meaning, and `namespaces`. */
export interface SpawnOptions {
  /** In the new root. @default the caller's, or `/` in a new root */
  readonly cwd?: string | URL | undefined
  /** @default process.env */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  /** @default the file */
  readonly argv0?: string | undefined
  /** @default 'pipe' */
  readonly stdio?: StdioOption | undefined
  /** A session of its own, and it outlives the caller. @default false */
  readonly detached?: boolean | undefined
  /** Ids inside the user namespace. */
  readonly uid?: number | undefined
  readonly gid?: number | undefined
  /** Aborting kills the process; one that is aborted already starts none. */
  readonly signal?: AbortSignal | undefined
  /** `ms` after which `killSignal` is sent. @default none */
  readonly timeout?: number | undefined
  /** @default 'SIGTERM' */
  readonly killSignal?: NodeJS.Signals | number | undefined
  /** Through `/bin/sh -c`, or the shell of this path. @default false */
  readonly shell?: boolean | string | undefined
  /** `ms` after which a start that hangs is killed and fails. @default 10000 */
  readonly startTimeout?: number | undefined
  /** What the process sees its own of. @default none: exactly Node's spawn */
  readonly namespaces?: NamespacesOption | undefined
  /** Nothing that is executed gains privilege, by set-user-ID for example. @default true with any namespace */
  readonly noNewPrivileges?: boolean | undefined
  /** `'drop'`: none, but root of a user namespace keeps those that count inside. @default 'drop' with any namespace */
  readonly capabilities?: 'drop' | 'keep' | undefined
}

const KEYS = [
  'cwd',
  'env',
  'argv0',
  'stdio',
  'detached',
  'uid',
  'gid',
  'signal',
  'timeout',
  'killSignal',
  'shell',
  'startTimeout',
  'namespaces',
  'noNewPrivileges',
  'capabilities',
  // Node has them, and ignores them here: windows.
  'windowsHide',
  'windowsVerbatimArguments',
  'serialization',
] as const

/** A call of `spawn`, checked. */
export interface Call extends LaunchOptions {
  readonly command: Omit<Command, 'fds'>
  readonly args: readonly string[]
  readonly signal: AbortSignal | undefined
  readonly timeout: number | undefined
  readonly killSignal: NodeJS.Signals | number
}

/**
 * Checks the arguments as Node does, before anything exists.
 *
 * @throws {TypeError} with Node's codes
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION` for a key that is unknown: a typo must not weaken anything in silence
 */
export function checkCall(file: unknown, args: unknown, options: SpawnOptions): Call {
  const name = checkText('file', file)
  if (name === '') throw invalidValue('file', name, 'cannot be empty')
  if (!Array.isArray(args)) throw invalidType('args', 'an instance of Array', args)
  const words = args.map((arg, i) =>
    checkText(`args[${i}]`, typeof arg === 'string' ? arg : String(arg)),
  )
  checkKeys('options', options, KEYS)
  const { shell, signal, killSignal = 'SIGTERM' } = options
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw invalidType('options.signal', 'an instance of AbortSignal', signal)
  checkSignal(killSignal)
  const argv0 = options.argv0 === undefined ? undefined : checkText('options.argv0', options.argv0)
  const rest = {
    argv0,
    cwd: checkPath('options.cwd', options.cwd),
    env: options.env ? checkEnv(options.env) : undefined, // what process.env holds is checked already
    uid: checkId('options.uid', options.uid),
    gid: checkId('options.gid', options.gid),
    detached: options.detached ?? false,
    noNewPrivileges: options.noNewPrivileges,
    capabilities: options.capabilities,
  }
  const command = shell
    ? {
        ...rest,
        file: shell === true ? '/bin/sh' : checkText('options.shell', shell),
        args: ['-c', [name, ...words].join(' ')],
      }
    : { ...rest, file: name, args: words }
  return {
    command,
    args: [argv0 ?? command.file, ...command.args],
    signal,
    timeout: checkMilliseconds('options.timeout', options.timeout),
    killSignal,
    startTimeout: checkMilliseconds('options.startTimeout', options.startTimeout),
  }
}

function checkId(name: string, id: unknown): number | undefined {
  if (id === undefined || id === null) return undefined
  if (!Number.isInteger(id) || (id as number) < 0) throw invalidType(name, 'int32', id)
  return id as number
}

/** @throws {TypeError} `ERR_UNKNOWN_SIGNAL` */
export function checkSignal(signal: unknown): number {
  const number = typeof signal === 'number' ? signal : constants.signals[signal as NodeJS.Signals]
  if (Number.isInteger(number) && number >= 0 && number <= 64) return number
  throw Object.assign(new TypeError(`Unknown signal: ${String(signal)}`), {
    code: 'ERR_UNKNOWN_SIGNAL',
  })
}

/** As Node's: undefined values are left out, all others become strings. */
function checkEnv(env: Readonly<Record<string, unknown>>): Record<string, string> {
  const checked: Record<string, string> = {}
  for (const key in env) {
    const value = env[key]
    if (value === undefined) continue
    checked[checkText('options.env', key)] = checkText(`options.env['${key}']`, String(value))
  }
  return checked
}
