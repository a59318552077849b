import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { ns } from './ns.ts'

/** A `ns` that runs, and what is printed by it and by what it has started. */
export class Started {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>
  /** All that was printed. */
  text = ''

  constructor(...args: readonly string[]) {
    const [file = '', ...words] = [...ns, ...args]
    this.#child = spawn(file, words, { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#child.stdout.setEncoding('utf8').on('data', (chunk) => {
      this.text += chunk
    })
  }

  /** The pid of `ns` itself. */
  get pid(): number {
    return this.#child.pid as number
  }

  /** Waits until this was printed. */
  async see(pattern: RegExp): Promise<string> {
    for (;;) {
      const [found] = this.text.match(pattern) ?? []
      if (found !== undefined) return found
      await once(this.#child.stdout, 'data')
    }
  }

  /** Ends `ns`, which cannot do anything about it; what it has started may go on. */
  async kill(): Promise<void> {
    const exit = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exit
  }

  /** When it has ended, and all who have its stdout. */
  async closed(): Promise<number | null> {
    const [code] = await once(this.#child, 'close')
    return code
  }
}
