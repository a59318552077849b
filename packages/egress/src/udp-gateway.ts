import type { Duplex } from 'node:stream'
import { BoundSocket, type Path } from './bound-socket.ts'
import { type Connection, make } from './connect.ts'
import { type GatewayParts, tooMany } from './gateway.ts'
import { serviceOf } from './service.ts'

/** Without a datagram for so many `ms` a flow is over (RFC 4787, REQ-5). */
const IDLE = 120_000
/** One that could not be made is not tried again for so long. */
const PAUSE = 1000
/** Datagrams that wait for a flow to be made. */
const WAITING = 16

/** Datagrams of one socket inside to one address and port, and the answers. */
interface Flow {
  readonly waiting: Buffer[]
  outside?: Duplex
  /** It could not be made; what comes is lost for a moment. */
  hasFailed: boolean
  timer: NodeJS.Timeout
}

/** Serves the datagrams to one port that were let through; each flow is checked as a connection is. */
export class UdpGateway {
  /** The local port to which they have to be diverted. */
  readonly port: number
  readonly #wanted: number
  readonly #parts: GatewayParts
  readonly #socket: BoundSocket
  readonly #flows = new Map<string, Flow>()

  /**
   * @param wanted the port that is allowed
   * @param fd a socket bound to every address inside; it is closed with this, or when this fails
   */
  constructor(wanted: number, fd: number, parts: GatewayParts) {
    this.#wanted = wanted
    this.#parts = parts
    this.#socket = new BoundSocket(fd, (path, bytes) => this.#onDatagram(path, bytes))
    this.port = this.#socket.port
  }

  #onDatagram(path: Path, bytes: Buffer): void {
    const key = `${path.from.toString('latin1')}${path.to}`
    const flow = this.#flows.get(key) ?? this.#open(key, path)
    if (!flow || flow.hasFailed) return
    this.#flows.delete(key) // behind all others: the first in the map is the quietest
    this.#flows.set(key, flow)
    if (flow.outside) send(flow.outside, bytes)
    else if (flow.waiting.length < WAITING) flow.waiting.push(bytes)
    flow.timer.refresh()
  }

  #open(key: string, path: Path): Flow | undefined {
    const { targets, onConnect, onRefuse } = this.#parts
    const destination = { protocol: 'udp', address: path.to, port: this.#wanted } as const
    const target = targets.find(path.to)
    if (!target?.services.has(serviceOf('udp', this.#wanted))) {
      onRefuse({ reason: 'address', ...destination })
      return undefined
    }
    if (!this.#makeRoom()) {
      const error = tooMany(this.#parts.maxConnections)
      onRefuse({ reason: 'connect', ...destination, error })
      return undefined
    }
    const connection = { host: target.host, ...destination }
    const timer = setTimeout(() => flow.outside && this.#end(key, flow), IDLE).unref()
    const flow: Flow = { waiting: [], hasFailed: false, timer }
    this.#flows.set(key, flow)
    onConnect(connection)
    this.#connect(key, flow, path, connection)
    return flow
  }

  /** The one that was quiet for the longest goes; none that is being made, as that would go on without being counted. */
  #makeRoom(): boolean {
    if (this.#flows.size < this.#parts.maxConnections) return true
    for (const [key, flow] of this.#flows)
      if (flow.outside || flow.hasFailed) {
        this.#end(key, flow)
        return true
      }
    return false
  }

  async #connect(key: string, flow: Flow, path: Path, connection: Connection): Promise<void> {
    const isOver = () => this.#flows.get(key) !== flow
    const fail = (error: Error) => {
      if (isOver()) return
      this.#parts.onRefuse({ reason: 'connect', ...connection, error })
      flow.hasFailed = true
      delete flow.outside
      clearTimeout(flow.timer)
      flow.timer = setTimeout(() => this.#end(key, flow), PAUSE).unref()
    }
    try {
      const outside = await make(this.#parts.connect, connection, this.#parts.signal)
      outside.on('error', fail)
      outside.on('close', () => {
        if (!outside.errored) this.#end(key, flow)
      })
      if (isOver()) {
        outside.destroy()
        return
      }
      outside.on('data', (answer: Buffer | string) => {
        this.#socket.answer(path, Buffer.from(answer as Buffer))
        flow.timer.refresh()
      })
      flow.outside = outside
      flow.timer.refresh()
      for (const bytes of flow.waiting.splice(0)) send(outside, bytes)
    } catch (error) {
      fail(error as Error)
    }
  }

  #end(key: string, flow: Flow): void {
    clearTimeout(flow.timer)
    if (this.#flows.get(key) === flow) this.#flows.delete(key)
    flow.outside?.destroy()
  }

  /** Ends all flows. */
  close(): void {
    for (const [key, flow] of this.#flows) this.#end(key, flow)
    this.#socket.close()
  }
}

/** A datagram for which there is no room is lost, as it would be on a network. */
function send(outside: Duplex, bytes: Buffer): void {
  if (!outside.writableNeedDrain && outside.writable) outside.write(bytes)
}
