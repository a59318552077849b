import type { ProcessAttributes } from '../attributes/attributes.ts'

/** What is executed at the end of a program. */
export interface Command extends ProcessAttributes {
  /** A path, or a name that is looked up in the child's root with the child's own PATH. */
  readonly file: string
  /** Without `argv[0]`. */
  readonly args?: readonly string[]
  /** @default file */
  readonly argv0?: string | undefined
  /** @default process.env */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  /** In the new root, entered with the command's own rights. @default the caller's, or `/` in a new root and where a mount hides it */
  readonly cwd?: string | undefined
  /** Index: the fd in the child; value: the fd of this process that it is, `null` for none. @default [0, 1, 2] */
  readonly fds?: readonly (number | null)[] | undefined
  /** Inside the user namespace. @default what the caller, or the user namespace's map, makes it */
  readonly uid?: number | undefined
  readonly gid?: number | undefined
  /** A session of its own, and it outlives the caller. @default false */
  readonly detached?: boolean | undefined
}
