import { type NamespaceType, namespaceTypes } from '@ns/syscalls'
import { command as commandTopic, type Topics } from '../flags.ts'
import { readFlags } from '../read-flags.ts'
import { UsageError } from '../usage-error.ts'

/** The flags of `ns enter`. */
export const topics: Topics = {
  'What is entered': {
    target: { type: 'string', short: 't', value: ' PID', text: 'whose namespaces: -t PID, too' },
    all: { type: 'boolean', text: 'all of its types that are not ours already; so without any' },
    ...Object.fromEntries(
      namespaceTypes.map((type) => [
        type,
        { type: 'string', bare: '', value: '[=PATH]', text: "the target's, or that of a path" },
      ]),
    ),
  },
  'The process': {
    uid: { type: 'string', value: ' ID', text: 'in the user namespace that it is in then' },
    gid: { type: 'string', value: ' ID', text: 'likewise' },
    'keep-capabilities': { type: 'boolean', text: 'those that we have, which it else loses' },
    'target-env': { type: 'boolean', text: "the target's variables, not ours" },
    ...commandTopic,
  },
}

/** What `ns enter` was given. */
export type Values = Readonly<{ [Type in NamespaceType]?: string }> & {
  readonly target?: string
  readonly all?: boolean
  readonly uid?: string
  readonly gid?: string
  readonly 'keep-capabilities'?: boolean
  readonly 'target-env'?: boolean
  readonly cwd?: string
  readonly env?: readonly string[]
  readonly 'clear-env'?: boolean
  readonly 'no-pty'?: boolean
  readonly 'start-timeout'?: string
}

/** What stands before `--`, and the command behind it; without one a shell. */
export interface EnterLine {
  readonly values: Values
  readonly target: number | undefined
  readonly file: string
  readonly args: readonly string[]
}

/** @throws {UsageError} */
export function parseEnter(args: readonly string[]): EnterLine {
  const end = args.indexOf('--')
  const command = end < 0 ? [] : args.slice(end + 1)
  const { values } = readFlags<Values>(end < 0 ? args : args.slice(0, end), topics)
  if (end >= 0 && command.length === 0) throw new UsageError("a command is wanted behind '--'")
  const target = numberOf('target', values.target)
  if (target === 0) throw new UsageError('--target 0: a pid is wanted')
  const bare = namespaceTypes.find((type) => values[type] === '')
  if (target === undefined && (bare || values.all))
    throw new UsageError(
      `--${bare ?? 'all'}: whose? --target PID says it, or --${bare ?? 'uts'}=PATH`,
    )
  if (target === undefined && namespaceTypes.every((type) => values[type] === undefined))
    throw new UsageError('--target PID is wanted, or a path: ns enter --net=/run/netns/blue')
  if (values['target-env'] && target === undefined)
    throw new UsageError('--target-env: whose? --target PID says it')
  const [file = process.env.SHELL || '/bin/sh', ...rest] = command
  return { values, target, file, args: rest }
}

/** An id in decimal, and nothing behind it (CVE-2026-30892). */
export function numberOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^\d{1,10}$/.test(text)) throw new UsageError(`--${name} ${text}: a number is wanted`)
  return Number(text)
}
