import { once } from 'node:events'
import { Readable, type Writable } from 'node:stream'
import { invalidType } from './arguments.ts'

/** What a program reads from its stdin. */
export type Input = string | Uint8Array | Readable

/** @throws {TypeError} `ERR_INVALID_ARG_TYPE` */
export function checkInput(input: unknown): Input | undefined {
  if (input === undefined || input === null) return undefined
  if (typeof input === 'string' || input instanceof Uint8Array || input instanceof Readable)
    return input
  throw invalidType('options.input', 'a string, bytes or a Readable', input)
}

/**
 * Writes all of it and ends the stream. A program need not read what it is given: that is no failure, and what it left
 * is destroyed.
 *
 * @throws what the input itself fails with
 */
export async function feed(stdin: Writable, input: Input | undefined): Promise<void> {
  stdin.on('error', () => {})
  if (!(input instanceof Readable)) {
    stdin.end(input)
    return
  }
  stdin.once('close', () => input.destroy())
  try {
    for await (const chunk of input)
      if (!stdin.write(chunk)) await Promise.race([once(stdin, 'drain'), once(stdin, 'close')])
    stdin.end()
  } catch (error) {
    if (!stdin.destroyed) throw error
  }
}
