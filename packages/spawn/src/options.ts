import type { Command, LaunchOptions, ProcessAttributes, PtySize } from '@ns/syscalls'
import { attributeKeys, attributesOf, checkAttributes, checkKeys } from '@ns/syscalls'
import {
  checkAbortSignal,
  checkEnv,
  checkFlag,
  checkId,
  checkKillSignal,
  checkMilliseconds,
  checkOptionalText,
  checkPath,
  checkText,
  invalidType,
  invalidValue,
} from './arguments.ts'
import type { NamespacesOption } from './namespaces.ts'
import type { StdioOption } from './stdio.ts'

/** Options of `spawn`: those of `node:child_process` with Node's meaning, and `namespaces`. */
export interface SpawnOptions extends ProcessAttributes {
  /** In the new root. @default the caller's, or `/` in a new root */
  readonly cwd?: string | URL | undefined
  /** @default process.env */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  /** @default the file */
  readonly argv0?: string | undefined
  /** @default 'pipe' */
  readonly stdio?: StdioOption | undefined
  /** The size of the terminal that `stdio: 'pty'` makes. @default { cols: 80, rows: 24 } */
  readonly pty?: PtySize | undefined
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
  /** Node's: without effect here. */
  readonly windowsHide?: boolean | undefined
  readonly windowsVerbatimArguments?: boolean | undefined
  readonly serialization?: 'json' | 'advanced' | undefined
  /** What the process sees its own of. @default none: exactly Node's spawn */
  readonly namespaces?: NamespacesOption | undefined
}

const KEYS = [
  'cwd',
  'env',
  'argv0',
  'stdio',
  'pty',
  'detached',
  'uid',
  'gid',
  'signal',
  'timeout',
  'killSignal',
  'shell',
  'startTimeout',
  'namespaces',
  ...attributeKeys,
  // Node has them, and ignores them here.
  'windowsHide',
  'windowsVerbatimArguments',
  'serialization',
  // Of Node's other functions: whoever calls them all alike hands them to all.
  'input',
  'encoding',
  'maxBuffer',
] as const

/** A call of `spawn`, checked. */
export interface Call extends LaunchOptions {
  readonly command: Omit<Command, 'fds'>
  /** `argv` as Node shows it: what is no string stays what it is. */
  readonly args: readonly unknown[]
  readonly signal: AbortSignal | undefined
  readonly timeout: number | undefined
  readonly killSignal: number
}

/** The arguments of a call as Node has them: those in the middle may be left out. */
export interface Arguments<Options> {
  readonly args: readonly unknown[]
  readonly options: Options
}

export function splitArguments<Options extends object>(
  second: unknown,
  third: unknown,
): Arguments<Options> {
  const hasArgs = Array.isArray(second) || second === undefined || second === null
  if (!hasArgs && typeof second !== 'object') throw invalidType('args', 'of type object', second)
  const options = (hasArgs ? third : second) ?? (third === null ? null : {})
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw invalidType('options', 'of type object', options)
  return {
    args: hasArgs ? ((second as unknown[] | undefined) ?? []) : [],
    options: options as Options,
  }
}

/**
 * Checks the arguments as Node does, before anything exists.
 *
 * @throws {TypeError} with Node's codes
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION` for a key that is unknown: a typo must not weaken anything in silence
 */
export function checkCall(file: unknown, args: readonly unknown[], options: SpawnOptions): Call {
  const name = checkText('file', file)
  if (name === '') throw invalidValue('file', name, 'cannot be empty')
  const words = args.map((arg, i) => checkText(`args[${i}]`, String(arg)))
  checkKeys('options', options, KEYS)
  checkFlag('options.windowsHide', options.windowsHide)
  checkFlag('options.windowsVerbatimArguments', options.windowsVerbatimArguments)
  const argv0 = checkOptionalText('options.argv0', options.argv0)
  const shell = shellOf(options.shell)
  const rest = {
    argv0,
    cwd: checkPath('options.cwd', options.cwd),
    env: options.env ? checkEnv(options.env) : undefined, // what process.env holds is checked already
    uid: checkId('options.uid', options.uid),
    gid: checkId('options.gid', options.gid),
    detached: checkFlag('options.detached', options.detached),
    ...attributesOf(options),
  }
  checkAttributes(rest)
  const command = shell
    ? { ...rest, file: shell, args: ['-c', [name, ...words].join(' ')] }
    : { ...rest, file: name, args: words }
  return {
    command,
    args: [argv0 ?? command.file, ...(shell ? command.args : args)],
    signal: checkAbortSignal('options.signal', options.signal),
    timeout: checkMilliseconds('options.timeout', options.timeout),
    killSignal: checkKillSignal(options.killSignal),
    startTimeout: checkMilliseconds('options.startTimeout', options.startTimeout),
  }
}

/** The shell that the command goes through, if any. */
function shellOf(shell: unknown): string | undefined {
  if (shell === true) return '/bin/sh'
  if (shell === undefined || shell === null || shell === false || shell === '') return undefined
  if (typeof shell !== 'string')
    throw invalidType('options.shell', 'of type boolean or string', shell)
  return checkText('options.shell', shell)
}
