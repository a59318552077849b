import type { Socket as UdpSocket } from 'node:dgram'
import type { Socket } from 'node:net'
import { bytesOf } from './address.ts'
import { answer, type Question, RCODE, readQuestion, TYPE } from './dns.ts'
import type { Refusal } from './refusal.ts'
import type { MadeUp, Targets } from './targets.ts'

/** Answers queries about names that are allowed, out of nothing: nobody outside is asked before a connection comes. */
export class Resolver {
  readonly #targets: Targets
  readonly #open: (made: MadeUp) => void
  readonly #refuse: (refusal: Refusal) => void

  /** @param open is told of new addresses before they are answered */
  constructor(targets: Targets, open: (made: MadeUp) => void, refuse: (refusal: Refusal) => void) {
    this.#targets = targets
    this.#open = open
    this.#refuse = refuse
  }

  /** The answer to a message; `undefined` when it is no query. */
  answer(message: Buffer): Buffer | undefined {
    const question = readQuestion(message)
    return question && this.#answer(question)
  }

  #answer(question: Question): Buffer {
    const { name, type } = question
    const made = this.#resolve(name)
    if (made === 'failed') return answer(question, RCODE.SERVFAIL)
    if (made === undefined) {
      this.#refuse({ reason: 'name', protocol: 'dns', host: name })
      return answer(question, RCODE.NXDOMAIN)
    }
    if (type === TYPE.A) return answer(question, RCODE.NOERROR, bytesOf(made.ipv4))
    if (type === TYPE.AAAA) return answer(question, RCODE.NOERROR, bytesOf(made.ipv6))
    return answer(question, RCODE.NOERROR) // the name exists, and has none of that type
  }

  /** Who has CAP_NET_ADMIN inside can remove what new addresses are added to: its own loss, and no error of ours. */
  #resolve(name: string): MadeUp | 'failed' | undefined {
    try {
      return this.#targets.resolve(name, this.#open)
    } catch (error) {
      this.#refuse({ reason: 'name', protocol: 'dns', host: name, error: error as Error })
      return 'failed'
    }
  }

  /** Serves a socket of datagrams. */
  serveUdp(socket: UdpSocket): void {
    socket.on('error', () => {}) // who has CAP_NET_ADMIN inside can end it there: its own loss
    socket.on('message', (message, { address, port }) => {
      const reply = this.answer(message)
      if (reply) socket.send(reply, port, address, () => {}) // who asked may be gone
    })
  }

  /** Serves a connection: messages with two bytes of length in front (RFC 1035, 4.2.2). */
  serveTcp(socket: Socket): void {
    let rest: Buffer = Buffer.alloc(0)
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk])
      while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE(0)) {
        const end = 2 + rest.readUInt16BE(0)
        const reply = this.answer(rest.subarray(2, end))
        rest = rest.subarray(end)
        if (!reply) {
          socket.destroy()
          return
        }
        const prefix = Buffer.alloc(2)
        prefix.writeUInt16BE(reply.length)
        socket.write(Buffer.concat([prefix, reply]))
      }
      // Whoever reads no answers is not listened to: they would fill our memory.
      if (socket.writableNeedDrain) socket.pause()
    })
    socket.on('drain', () => socket.resume())
    socket.on('end', () => socket.end())
    socket.resume()
  }
}
