import type { Exit } from '../calls/processes.ts'
import type { Ready } from './ready.ts'

/** What `exited` settles with. */
export type Ended =
  | { readonly exit: Exit; readonly error?: never }
  | { readonly exit?: never; readonly error: unknown }

/** What a child's promises settle with; each keeps its first. Whoever looks at one of them sees an error, nobody has to. */
export class Settlement {
  readonly #start = Promise.withResolvers<Ready>()
  readonly #exit = Promise.withResolvers<Exit>()
  readonly #gone = Promise.withResolvers<void>()
  readonly started: Promise<Ready> = this.#start.promise
  readonly exited: Promise<Exit> = this.#exit.promise
  readonly gone: Promise<void> = this.#gone.promise
  /** As soon as that is so: a caller that blocks sees no promise settle. */
  ended: Ended | undefined

  constructor() {
    for (const promise of [this.started, this.exited, this.gone]) promise.catch(() => {})
  }

  start(ready: Ready): void {
    this.#start.resolve(ready)
  }

  /** The start has failed. */
  fail(error: Error): void {
    this.#start.reject(error)
    this.end({ error })
  }

  end(ended: Ended): void {
    this.ended ??= ended
    if (ended.exit) this.#exit.resolve(ended.exit)
    else this.#exit.reject(ended.error)
  }

  /** Nothing is left of it, but for what could not be undone. */
  leave(unreleased: { reason: unknown } | undefined): void {
    if (unreleased) this.#gone.reject(unreleased.reason)
    else this.#gone.resolve()
  }
}
