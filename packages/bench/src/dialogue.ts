import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'

/** A process that answers each line with one. */
export interface Dialogue {
  ask(line: string): Promise<string>
}

/** @param child whose stdin and stdout are pipes */
export function dialogue(child: {
  readonly stdin: Writable | null
  readonly stdout: Readable | null
}): Dialogue {
  const { stdin, stdout } = child
  if (!stdin || !stdout) throw new Error('stdin and stdout have to be pipes')
  const lines = createInterface({ input: stdout })
  const gone = new AbortController()
  lines.once('close', () => gone.abort(new Error('it has ended')))
  return {
    async ask(line) {
      const answer = once(lines, 'line', { signal: gone.signal })
      stdin.write(`${line}\n`)
      return `${(await answer)[0]}`
    },
  }
}
