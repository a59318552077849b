import type { Socket } from 'node:dgram'

/** Without a datagram for so many `ms` a flow is over (RFC 4787, REQ-5). */
const IDLE = 120_000
/** Datagrams that wait for its socket to be made. */
const WAITING = 16

/** Who is told of what a flow does. */
interface Ends {
  answer(bytes: Buffer): void
  ended(): void
}

/** Datagrams of one sender to one address, and the answers: over after two quiet minutes, or when nobody is there. */
export class Flow {
  readonly #ends: Ends
  readonly #waiting: Buffer[] = []
  readonly #timer: NodeJS.Timeout = setTimeout(() => this.close(), IDLE).unref()
  #socket: Socket | undefined
  #isOpen = true

  constructor(socket: Promise<Socket>, ends: Ends) {
    this.#ends = ends
    socket.then(
      (it) => this.#use(it),
      () => this.close(),
    )
  }

  #use(socket: Socket): void {
    if (!this.#isOpen) return void socket.close()
    this.#socket = socket
    socket.unref() // who listens holds the event loop
    socket.on('error', () => this.close()) // ECONNREFUSED: nobody listens
    socket.on('message', (bytes) => {
      this.#timer.refresh()
      this.#ends.answer(bytes)
    })
    for (const bytes of this.#waiting.splice(0)) socket.send(bytes)
  }

  send(bytes: Buffer): void {
    this.#timer.refresh()
    if (this.#socket) this.#socket.send(bytes)
    else if (this.#waiting.length < WAITING) this.#waiting.push(bytes)
  }

  /** Ends it; a second time does nothing. */
  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    clearTimeout(this.#timer)
    this.#socket?.close()
    this.#ends.ended()
  }
}
