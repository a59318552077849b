import { Transform, type TransformCallback } from 'node:stream'
import { normalName } from './allow-list.ts'
import { readBegin } from './client-hello.ts'

/** TLS that asks for another server than the one that was resolved. */
export class WrongServerName extends Error {
  readonly serverName: string | undefined

  constructor(serverName: string | undefined, host: string) {
    super(`TLS asks for ${serverName ?? 'no server name'}, but ${host} was resolved`)
    this.name = 'WrongServerName'
    this.serverName = serverName
  }
}

/**
 * Passes on what a client sends, unchanged. If it begins as TLS, nothing is passed on before its ClientHello is whole
 * and names the host; fails with `WrongServerName` otherwise.
 */
export class TlsGuard extends Transform {
  readonly #host: string
  #held: Buffer | undefined = Buffer.alloc(0)

  constructor(host: string) {
    super()
    this.#host = host
  }

  override _transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback): void {
    try {
      done(null, this.#pass(chunk))
    } catch (error) {
      done(error as Error)
    }
  }

  /** What may go on by now, if anything. */
  #pass(chunk: Buffer): Buffer | undefined {
    if (this.#held === undefined) return chunk
    const held = Buffer.concat([this.#held, chunk])
    this.#held = held
    const begin = readBegin(held)
    if (begin === 'incomplete') return undefined
    const serverName = typeof begin === 'object' ? begin.serverName : undefined
    if (begin !== 'other' && normalName(serverName ?? '') !== this.#host)
      throw new WrongServerName(serverName, this.#host)
    this.#held = undefined
    return held
  }
}
