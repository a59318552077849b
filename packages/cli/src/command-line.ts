import { isatty } from 'node:tty'
import type { Namespaces, SpawnOptions } from '@ns/spawn'
import { mountsOf } from './mounts.ts'
import { namespacesOf } from './namespaces.ts'
import { protectionsOf } from './protections.ts'
import { readFlags } from './read-flags.ts'
import { topics } from './run/flags.ts'
import type { Values } from './run/values.ts'
import { UsageError } from './usage-error.ts'

/** What `ns run` and `ns explain` are asked for. */
export interface CommandLine {
  readonly file: string
  readonly args: readonly string[]
  readonly options: Omit<SpawnOptions, 'namespaces'> & { readonly namespaces?: Namespaces }
  /** What the command's network has a way out to; without it there is none, or the caller's. */
  readonly allow?: readonly string[] | undefined
  /** No word of our own unless it fails. */
  readonly quiet?: boolean | undefined
}

/**
 * Reads `[flags] -- command…`. What stands behind `--` is the command's, whatever it looks like.
 *
 * @throws {UsageError}
 */
export function parse(args: readonly string[]): CommandLine {
  const end = args.indexOf('--')
  if (end < 0) throw new UsageError("the command stands behind '--': ns run --all -- sh")
  const [file, ...rest] = args.slice(end + 1)
  const { values, tokens } = readFlags<Values>(args.slice(0, end), topics)
  if (file === undefined) throw new UsageError("a command is wanted behind '--'")
  const options = {
    ...protectionsOf(values),
    ...terminalOf(values),
    cwd: values.cwd,
    env: environmentOf(values),
    startTimeout: milliseconds(values['start-timeout']),
  } as const
  const namespaces = namespacesOf(values, mountsOf(tokens))
  const { allow, quiet } = values
  return { file, args: rest, options: { ...options, namespaces }, allow, quiet }
}

/** On a terminal the command gets one of its own; otherwise, or if it is to share ours, our own fds. */
export function terminalOf(
  values: Pick<Values, 'no-pty' | 'outlive'>,
): Pick<SpawnOptions, 'stdio' | 'pty' | 'session'> {
  if (values['no-pty']) return { stdio: 'inherit', session: values.outlive ? undefined : false }
  // Not `process.stdin`: looking at it makes a pipe, which the command will have, non-blocking.
  if (values.outlive || !isatty(0) || !isatty(1)) return { stdio: 'inherit' }
  const { stdout } = process
  // A terminal that is not connected yet has no size.
  const pty = { cols: stdout.columns || 80, rows: stdout.rows || 24 }
  return { stdio: ['pty', 'pty', isatty(2) ? 'pty' : 'inherit'], pty }
}

/** The command's variables: those of `base`, unless they are cleared, and those of the flags. */
export function environmentOf(
  values: Pick<Values, 'env' | 'unset-env' | 'clear-env'>,
  base: Readonly<Record<string, string | undefined>> = process.env,
): Record<string, string | undefined> {
  const env = values['clear-env'] ? {} : { ...base }
  for (const name of values['unset-env'] ?? []) delete env[name]
  for (const variable of values.env ?? []) {
    const at = variable.indexOf('=')
    if (at < 1) throw new UsageError(`--env ${variable}: NAME=VALUE is wanted`)
    env[variable.slice(0, at)] = variable.slice(at + 1)
  }
  return env
}

/** The value of `--start-timeout`. */
export function milliseconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new UsageError(`--start-timeout ${text}: a number of milliseconds is wanted`)
  return Number(text)
}
