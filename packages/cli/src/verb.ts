/** What `ns VERB` does. */
export interface Verb {
  help(): string
  /** @returns the exit code */
  run(args: readonly string[]): number | Promise<number>
}
