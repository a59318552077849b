import {
  attributesOf,
  type Command,
  type Contribution,
  checkAttributes,
  checkCanStart,
  checkKeys,
  type LaunchOptions,
} from '@ns/syscalls'
import {
  checkAbortSignal,
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
import { environmentOf } from './environment.ts'
import { contributionsOf } from './namespaces.ts'
import { optionKeys, type SpawnOptions } from './options.ts'

/** A call of `spawn` or its kin, checked. */
export interface Call<Options = SpawnOptions> extends LaunchOptions {
  readonly options: Options
  readonly contributions: readonly Contribution[]
  readonly command: Omit<Command, 'fds'>
  /** `argv` as Node shows it: what is no string stays what it is. */
  readonly args: readonly unknown[]
  readonly signal: AbortSignal | undefined
  readonly timeout: number | undefined
  readonly killSignal: number
}

/** The arguments of a call as Node has them: those in the middle may be left out. */
export function splitArguments<Options extends object>(
  second: unknown,
  third: unknown,
): { readonly args: readonly unknown[]; readonly options: Options } {
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
 * Checks a call that starts a process, before anything exists.
 *
 * @throws as `checkCall`, and where this process can start none: `ERR_ACCESS_DENIED`, `ERR_NS_UNSUPPORTED`
 */
export function checkStart<Options extends SpawnOptions>(
  file: unknown,
  second: unknown,
  third: unknown,
): Call<Options> {
  checkCanStart(file)
  return checkCall(file, second, third)
}

/**
 * Checks the arguments as Node does, before anything exists.
 *
 * @throws {TypeError} with Node's codes
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION` for what Node doesn't know
 */
export function checkCall<Options extends SpawnOptions>(
  file: unknown,
  second: unknown,
  third: unknown,
): Call<Options> {
  const { args, options } = splitArguments<Options>(second, third)
  const name = checkText('file', file)
  if (name === '') throw invalidValue('file', name, 'cannot be empty')
  const words = args.map((arg, i) => checkText(`args[${i}]`, String(arg)))
  checkKeys('options', options, optionKeys)
  const rest = checkRest(options, words)
  const shell = shellOf(options.shell)
  const command = shell
    ? { ...rest, file: shell, args: ['-c', [name, ...words].join(' ')] }
    : { ...rest, file: name, args: words }
  return {
    options,
    contributions: contributionsOf(options.namespaces),
    command,
    args: [rest.argv0 ?? command.file, ...(shell ? command.args : args)],
    signal: checkAbortSignal('options.signal', options.signal),
    timeout: checkMilliseconds('options.timeout', options.timeout),
    killSignal: checkKillSignal(options.killSignal),
    startTimeout: checkMilliseconds('options.startTimeout', options.startTimeout),
  }
}

/** What of the command stands in the options. */
function checkRest(
  options: SpawnOptions,
  args: readonly string[],
): Omit<Command, 'file' | 'args' | 'fds'> {
  checkFlag('options.windowsHide', options.windowsHide)
  checkFlag('options.windowsVerbatimArguments', options.windowsVerbatimArguments)
  const rest = {
    argv0: checkOptionalText('options.argv0', options.argv0),
    cwd: checkPath('options.cwd', options.cwd),
    env: environmentOf(options.env, args),
    uid: checkId('options.uid', options.uid),
    gid: checkId('options.gid', options.gid),
    detached: checkFlag('options.detached', options.detached),
    ...attributesOf(options),
  }
  checkAttributes(rest)
  return rest
}

/** The shell that the command goes through, if any. */
function shellOf(shell: unknown): string | undefined {
  if (shell === true) return '/bin/sh'
  if (shell === undefined || shell === null || shell === false || shell === '') return undefined
  if (typeof shell !== 'string')
    throw invalidType('options.shell', 'of type boolean or string', shell)
  return checkText('options.shell', shell)
}
