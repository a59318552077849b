import { invalidOption } from '@ns/syscalls'

/** What is said to who comes too late. */
export const hasEnded = (): Error => invalidOption('this lab has ended', 'net')

/** What was handed out and has to end with the lab, if it hasn't before. */
export class Belongings {
  readonly #ends = new Map<object, () => unknown>()
  readonly #ending = new AbortController()

  /** Aborted when it ends: for what is still to be handed out. */
  get signal(): AbortSignal {
    return this.#ending.signal
  }

  /**
   * @param end ends it; may be called though it has ended
   * @throws {NamespaceError} `ERR_NS_INVALID_OPTION` when all has ended while it was made: then so has this
   */
  add<Thing extends object>(thing: Thing, end: () => unknown): Thing {
    if (this.signal.aborted) {
      end()
      throw this.signal.reason
    }
    this.#ends.set(thing, end)
    return thing
  }

  /** It has ended. */
  forget(thing: object): void {
    this.#ends.delete(thing)
  }

  /** Ends what is left, all at once. */
  async end(): Promise<void> {
    this.#ending.abort(hasEnded())
    const ends = [...this.#ends.values()]
    this.#ends.clear()
    await Promise.allSettled(ends.map(async (end) => await end()))
  }
}
