import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'

/** A program that has a terminal of its own, util-linux's `script` at the other end, and somebody who types. */
export class Terminal {
  /** All that was printed. */
  screen = ''
  #read = 0
  readonly #child: ChildProcessByStdio<Writable, Readable, null>
  readonly #closed: Promise<unknown[]>

  constructor(command: readonly string[]) {
    const line = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ')
    const env = { ...process.env, SHELL: '/bin/sh', TERM: 'dumb', PS1: '$ ', HISTFILE: '' }
    this.#child = spawn('/usr/bin/script', ['-q', '-e', '-f', '-c', `exec ${line}`, '/dev/null'], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env,
    })
    this.#closed = once(this.#child, 'close')
    this.#child.stdout.setEncoding('utf8').on('data', (text) => {
      this.screen += text
      this.#child.emit('printed')
    })
  }

  /** Keys: `\x03` is ^C, `\x1a` ^Z, `\r` return. */
  type(keys: string): void {
    this.#child.stdin.write(keys)
  }

  /** Waits for something that was not yet there when this was called last; the test's time limit is the limit. */
  async see(pattern: RegExp): Promise<string> {
    for (;;) {
      const match = this.screen.slice(this.#read).match(pattern)
      if (match) {
        this.#read += (match.index ?? 0) + match[0].length
        return match[0]
      }
      const isEnd = await Promise.race([
        once(this.#child, 'printed').then(() => false),
        this.#closed.then(() => true),
        setTimeout(20_000, true, { ref: false }),
      ])
      if (isEnd && !pattern.test(this.screen.slice(this.#read)))
        throw new Error(`nobody has printed ${pattern}; the screen:\n${this.screen}`)
    }
  }

  /** The exit code once it has ended; `script` hands it on. */
  async exitCode(): Promise<number | null> {
    const [code] = await this.#closed
    return code as number | null
  }

  /** The terminal is gone: what still uses it gets SIGHUP. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#closed
  }
}
