import type { Socket as UdpSocket } from 'node:dgram'
import type { Agent as HttpAgent, AgentOptions as HttpAgentOptions } from 'node:http'
import type { Agent as HttpsAgent, AgentOptions as HttpsAgentOptions } from 'node:https'
import type { Server, Socket } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import type { Worker, WorkerOptions } from 'node:worker_threads'
import {
  type ConnectOptions,
  type ListenOptions,
  NetNs,
  type UdpOptions,
  type UndiciConnector,
} from '@ns/net'
import type { Namespace } from '@ns/syscalls'
import { Belongings } from '../belongings.ts'
import type { Names } from './hosts-file.ts'
import type { Node } from './node.ts'

/** Where a node connects to: as `ConnectOptions`, and `host` may be a node. */
export interface NodeConnectOptions extends Omit<ConnectOptions, 'host'> {
  /** An address, the name of a node, or a node. @default 'localhost' */
  readonly host?: string | Node | undefined
}

/** What a machine has for JavaScript: sockets of this process that are in it, and Workers. They end with the lab. */
export class NodeSockets {
  /** Its network namespace, for what else takes one. */
  readonly net: Namespace
  /** @internal */
  names: Names = new Map()
  /** What was handed out. */
  protected readonly belongings: Belongings = new Belongings()
  readonly #user: Namespace | undefined

  protected constructor(net: Namespace, user: Namespace | undefined) {
    this.net = net
    this.#user = user
  }

  /** A `net.Server` that listens in it. Without a port the kernel chooses one. */
  async listen(
    options: number | ListenOptions = {},
    onConnection?: (socket: Socket) => void,
  ): Promise<Server> {
    const wanted = typeof options === 'number' ? { port: options } : options
    using ns = this.#sockets()
    const server = await ns.listen(wanted, onConnection)
    server.on('connection', (socket) => this.#own(socket, () => socket.destroy()))
    return this.#own(server, () => new Promise((done) => server.close(done)))
  }

  /**
   * A `net.Socket` that is connected from it: `await b.connect({ host: a, port: 8080 })`
   *
   * @throws {Error} in Node's shape: `ECONNREFUSED`, `EHOSTUNREACH`, `ETIMEDOUT`, …
   */
  async connect(to: number | NodeConnectOptions, host?: string | Node): Promise<Socket> {
    const options = typeof to === 'number' ? { port: to, host } : to
    const name = typeof options.host === 'object' ? options.host.name : options.host
    using ns = this.#sockets()
    return await ns.connect({ ...options, host: name })
  }

  /** A `dgram.Socket` that is bound in it; it sends to names of nodes, too. */
  async udp(options: UdpOptions = {}): Promise<UdpSocket> {
    using ns = this.#sockets()
    const socket = await ns.udp(options)
    return this.#own(socket, () => socket.close())
  }

  /** An agent for `http.request` that connects from it, to nodes that the lab has by now. */
  httpAgent(options?: HttpAgentOptions): HttpAgent {
    const ns = this.#kept()
    const agent = ns.httpAgent(options)
    return this.belongings.add(agent, () => agent.destroy())
  }

  /** The same for `https.request`. */
  httpsAgent(options?: HttpsAgentOptions): HttpsAgent {
    const ns = this.#kept()
    const agent = ns.httpsAgent(options)
    return this.belongings.add(agent, () => agent.destroy())
  }

  /** What makes `fetch` go through it: `connect` of undici's `Agent`. */
  undiciConnector(tls?: ConnectionOptions): UndiciConnector {
    return this.#kept().undiciConnector(tls)
  }

  /**
   * A Worker of this process whose thread is in it: what libraries connect to themselves is there. See `NetNs.worker` of
   * `@ns/net` for what isn't.
   *
   * @throws {NamespaceError} `ERR_NS_PERMISSION` for an ordinary user
   */
  worker(file: string | URL, options?: WorkerOptions): Worker {
    using ns = this.#sockets()
    const worker = ns.worker(file, options)
    worker.once('exit', () => this.belongings.forget(worker))
    return this.belongings.add(worker, () => worker.terminate())
  }

  /** What a socket is made by. An address of each name: the one that comes first. */
  #sockets(): NetNs {
    const first = (addresses: readonly string[]) =>
      addresses.find((address) => !address.includes(':')) ?? (addresses[0] as string)
    const known = [...this.names].filter(([, addresses]) => addresses.length > 0)
    const hosts = Object.fromEntries(known.map(([name, addresses]) => [name, first(addresses)]))
    const ns = NetNs.open(this.net, { user: this.#user, hosts })
    const connect = ns.connect.bind(ns)
    return Object.assign(ns, {
      connect: (options: ConnectOptions) => this.#ownConnection(connect, options),
    })
  }

  /** Agents connect by it too, and what is never answered would be tried for two minutes. */
  async #ownConnection(connect: NetNs['connect'], options: ConnectOptions): Promise<Socket> {
    const { signal } = this.belongings
    const signals = options.signal ? [signal, options.signal] : [signal]
    const socket = await connect({ ...options, signal: AbortSignal.any(signals) })
    return this.#own(socket, () => socket.destroy())
  }

  #kept(): NetNs {
    const ns = this.#sockets()
    return this.belongings.add(ns, () => ns.close())
  }

  #own<Thing extends Server | Socket | UdpSocket>(thing: Thing, end: () => unknown): Thing {
    thing.once('close', () => this.belongings.forget(thing))
    return this.belongings.add(thing, end)
  }
}
