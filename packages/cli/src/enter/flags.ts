import { type NamespaceType, namespaceTypes } from '@ns/syscalls'
import type { Topics } from '../flags.ts'
import { numberOf } from '../protections.ts'
import { readFlags } from '../read-flags.ts'
import { letters } from '../run/namespace-flags.ts'
import { command as commandTopic } from '../run/process-flags.ts'
import { UsageError } from '../usage-error.ts'

/** The flags of `ns enter`. */
export const topics: Topics = {
  'What is entered': {
    target: { type: 'string', short: 't', value: ' PID', words: 'pid', text: 'whose namespaces' },
    all: {
      type: 'boolean',
      short: 'a',
      text: 'all of its types that are not ours already; so without any',
    },
    ...Object.fromEntries(
      namespaceTypes.map((type) => [
        type,
        {
          type: 'string',
          short: letters[type],
          bare: '',
          value: '[=PATH]',
          words: 'file',
          text: "the target's, or that of a path",
        },
      ]),
    ),
  },
  'The process': {
    'user-parent': { type: 'boolean', text: 'the user namespace above that of the target' },
    'net-socket': {
      type: 'string',
      short: 'N',
      value: ' FD',
      text: "the network namespace of this socket, an fd of the target's",
    },
    root: {
      type: 'string',
      short: 'r',
      bare: '',
      value: '[=DIR]',
      words: 'directory',
      text: "the target's root directory, or one of ours, becomes /",
    },
    'preserve-credentials': {
      type: 'boolean',
      text: 'ids and groups stay, instead of 0 and none where that is mapped',
    },
    'target-env': { type: 'boolean', short: 'e', text: "the target's variables, not ours" },
    'target-cwd': { type: 'boolean', text: "the target's directory" },
    'follow-context': {
      type: 'boolean',
      short: 'Z',
      text: "is executed in the target's SELinux context",
    },
    'target-cgroup': { type: 'boolean', short: 'c', text: "is born in the target's cgroup" },
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
  readonly keyring?: string
  readonly 'preserve-credentials'?: boolean
  readonly 'net-socket'?: string
  readonly root?: string
  readonly 'target-env'?: boolean
  readonly 'target-cwd'?: boolean
  readonly 'target-cgroup'?: boolean
  readonly 'follow-context'?: boolean
  readonly 'user-parent'?: boolean
  readonly 'unset-env'?: readonly string[]
  readonly cwd?: string
  readonly env?: readonly string[]
  readonly 'clear-env'?: boolean
  readonly 'no-pty'?: boolean
  readonly quiet?: boolean
  readonly 'start-timeout'?: string
}

/** What stands before `--`, and the command behind it; without one a shell. */
export interface EnterLine {
  readonly values: Values
  readonly target: number | undefined
  /** An fd of the target's. */
  readonly socket: number | undefined
  readonly file: string
  readonly args: readonly string[]
}

const ofTarget = [
  ...(['target-env', 'target-cwd', 'target-cgroup', 'follow-context'] as const),
  ...(['user-parent', 'net-socket'] as const),
]

/** @throws {UsageError} */
export function parseEnter(args: readonly string[]): EnterLine {
  const end = args.indexOf('--')
  const command = end < 0 ? [] : args.slice(end + 1)
  const { values } = readFlags<Values>(end < 0 ? args : args.slice(0, end), topics)
  if (end >= 0 && command.length === 0) throw new UsageError("a command is wanted behind '--'")
  const target = numberOf('target', values.target)
  if (target === 0) throw new UsageError('--target 0: a pid is wanted')
  const socket = numberOf('net-socket', values['net-socket'])
  const bare = [...namespaceTypes, 'root' as const].find((name) => values[name] === '')
  if (target === undefined && (bare || values.all))
    throw new UsageError(
      `--${bare ?? 'all'}: whose? --target PID says it, or --${bare ?? 'uts'}=PATH`,
    )
  if (target === undefined && namespaceTypes.every((type) => values[type] === undefined))
    throw new UsageError('--target PID is wanted, or a path: ns enter --net=/run/netns/blue')
  const own = ofTarget.find((flag) => values[flag])
  if (own && target === undefined) throw new UsageError(`--${own}: whose? --target PID says it`)
  if (values['target-cwd'] && values.cwd)
    throw new UsageError('--target-cwd and --cwd: one directory is wanted')
  if (values['user-parent'] && values.user !== undefined)
    throw new UsageError('--user and --user-parent: one user namespace is wanted')
  if (socket !== undefined && values.net !== undefined)
    throw new UsageError('--net and --net-socket: one network namespace is wanted')
  if (values['preserve-credentials'] && (values.uid ?? values.gid) !== undefined)
    throw new UsageError('--preserve-credentials and --uid, --gid: who is it to be?')
  const [file = process.env.SHELL || '/bin/sh', ...rest] = command
  return { values, target, socket, file, args: rest }
}
