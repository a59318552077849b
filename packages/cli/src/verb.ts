import type { Topics } from './flags.ts'

/** What `ns VERB` does, and what help, man page and completion say of it. */
export interface Verb {
  /** Half a sentence, for the list of verbs. */
  readonly summary: string
  /** What stands behind the verb. */
  readonly usage: string
  /** What it does, in a sentence or two. */
  readonly text: string
  readonly examples: readonly (readonly [command: string, what: string])[]
  readonly topics: Topics
  /** What else there is to know. */
  readonly notes?: string
  /** Words that it takes instead of flags. */
  readonly words?: readonly string[]
  /** @returns the exit code */
  run(args: readonly string[]): number | Promise<number>
}

/** All of them, by name. */
export type Verbs = ReadonlyMap<string, Verb>
