import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** A Node process that runs a fixture. */
export class Program {
  readonly process: ChildProcess
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  output = ''
  errors = ''

  constructor(name: string, ...args: string[]) {
    const file = fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url))
    this.process = spawn(process.execPath, ['--conditions=@ns/source', file, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.process.stdout?.setEncoding('utf8').on('data', (text) => (this.output += text))
    this.process.stderr?.setEncoding('utf8').on('data', (text) => (this.errors += text))
    this.ended = new Promise((resolve) =>
      this.process.on('close', (code, signal) => resolve({ code, signal })),
    )
  }

  get pid(): number {
    return this.process.pid as number
  }

  /** The whole lines that it has printed so far. */
  get lines(): string[] {
    return this.output.split('\n').slice(0, -1)
  }

  /** The rest of the first line that begins with that word. */
  said(word: string): string | undefined {
    return this.lines.find((line) => line.split(' ')[0] === word)?.slice(word.length + 1)
  }

  async kill(): Promise<void> {
    this.process.kill('SIGKILL')
    await this.ended
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
  }
}
