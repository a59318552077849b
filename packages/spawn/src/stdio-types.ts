import type { SpawnOptions } from './options.ts'
import type { StdioEntry } from './stdio.ts'

// What the options say of the streams, as types.

/** What makes a pipe. */
type Pipe = 'pipe' | 'overlapped' | null | undefined
/**
 * The stream of an fd that is one; null for all others. `any` in, `any` out: to see whether this is assignable to
 * Node's `spawn`, TypeScript puts `any` for each type parameter.
 */
// biome-ignore lint/suspicious/noExplicitAny: see above
export type Piped<Entry, Stream> = 0 extends 1 & Entry ? any : Entry extends Pipe ? Stream : null

/** Options that name the child's stdin, stdout and stderr. */
export interface StdioSpawnOptions<
  In extends StdioEntry,
  Out extends StdioEntry,
  Err extends StdioEntry,
> extends SpawnOptions {
  readonly stdio: readonly [stdin: In, stdout: Out, stderr: Err]
}

/** Options that leave all three a pipe. */
export interface PipeSpawnOptions extends SpawnOptions {
  readonly stdio?: 'pipe' | 'overlapped' | readonly Pipe[] | undefined
}
