import { attributeKeys, type ProcessAttributes, type PtySize } from '@ns/syscalls'
import type { NamespacesOption } from './namespaces.ts'
import type { StdioOption } from './stdio.ts'

/** Options of `spawn`: those of `node:child_process` with Node's meaning, and `namespaces`. */
export interface SpawnOptions extends ProcessAttributes {
  /** In the new root. @default the caller's, or `/` in a new root and where a mount hides it */
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

/** All that a call may have: a typo must not weaken anything in silence. */
export const optionKeys: readonly string[] = [
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
]
