import type { Socket } from 'node:dgram'
import { Duplex } from 'node:stream'

/** A connected datagram socket as a stream: each chunk is a datagram, both ways; what nobody reads in time is lost. */
export class DatagramStream extends Duplex {
  readonly #socket: Socket

  constructor(socket: Socket) {
    super({ objectMode: true, readableHighWaterMark: 256, writableHighWaterMark: 256 })
    this.#socket = socket
    socket.on('message', (message) => {
      if (this.readableLength < this.readableHighWaterMark) this.push(message)
    })
    socket.on('error', (error) => this.destroy(error))
  }

  override _read(): void {}

  override _write(chunk: Uint8Array, _: BufferEncoding, done: () => void): void {
    // What the network says of a datagram (ECONNREFUSED) comes as an event; one that is too long is lost.
    this.#socket.send(chunk, () => done())
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.close(() => done(error))
  }
}
