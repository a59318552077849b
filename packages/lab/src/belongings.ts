/** What was handed out and has to end with the lab, if it hasn't before. */
export class Belongings {
  readonly #ends = new Map<object, () => unknown>()

  /** @param end ends it; may be called though it has ended */
  add<Thing extends object>(thing: Thing, end: () => unknown): Thing {
    this.#ends.set(thing, end)
    return thing
  }

  /** It has ended. */
  forget(thing: object): void {
    this.#ends.delete(thing)
  }

  /** Ends what is left, all at once. */
  async end(): Promise<void> {
    const ends = [...this.#ends.values()]
    this.#ends.clear()
    await Promise.allSettled(ends.map(async (end) => await end()))
  }
}
