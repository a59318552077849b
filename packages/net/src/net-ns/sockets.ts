import type { Socket as UdpSocket } from 'node:dgram'
import type { Agent as HttpAgent, AgentOptions as HttpAgentOptions } from 'node:http'
import type { Agent as HttpsAgent, AgentOptions as HttpsAgentOptions } from 'node:https'
import type { Server, Socket } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import type { Worker, WorkerOptions } from 'node:worker_threads'
import type { Namespace, NamespaceRef } from '@ns/syscalls'
import type { Forward } from '../recipes/forward.ts'
import type { ForwardOptions } from '../recipes/forward-options.ts'
import { httpAgent, httpsAgent, type UndiciConnector, undiciConnector } from '../sockets/agents.ts'
import type { ConnectOptions } from '../sockets/connect.ts'
import type { ListenOptions } from '../sockets/listen.ts'
import type { Resolve } from '../sockets/names.ts'
import type { UdpOptions } from '../sockets/udp.ts'
import type { UserModeOptions } from '../user-mode/options.ts'
import type { UserMode } from '../user-mode/user-mode.ts'
import { startWorker } from '../worker.ts'
import { NetNsClients } from './clients.ts'

/** What JavaScript does in it. */
export class NetNsSockets extends NetNsClients {
  /** @internal */
  readonly resolve: Resolve

  protected constructor(
    namespace: Namespace,
    user: NamespaceRef | undefined,
    resolve: Resolve,
    socket?: number,
  ) {
    super(namespace, user, socket)
    this.resolve = resolve
  }

  /**
   * A `net.Server` that listens inside: `await ns.listen({ port: 80 }, (socket) => …)`. For HTTP hand its connections
   * on: `server.on('connection', (socket) => http.emit('connection', socket))`.
   *
   * @throws {Error} in Node's shape: `EADDRINUSE`, `EADDRNOTAVAIL`, `EACCES`
   */
  async listen(
    options: ListenOptions = {},
    onConnection?: (socket: Socket) => void,
  ): Promise<Server> {
    const { listen } = await import('../sockets/listen.ts')
    return await listen(this.place, this.resolve, options, onConnection)
  }

  /**
   * A `net.Socket` that is connected from inside.
   *
   * @throws {Error} in Node's shape: `ECONNREFUSED`, `ENETUNREACH`, …
   * @throws {NamespaceError} `ERR_NS_INVALID_OPTION` for a name that `hosts` doesn't have
   */
  async connect(options: ConnectOptions): Promise<Socket> {
    const { connect } = await import('../sockets/connect.ts')
    return await connect(this.place, this.resolve, options)
  }

  /**
   * A `dgram.Socket` that is bound inside.
   *
   * @throws {Error} in Node's shape: `EADDRINUSE`, `EADDRNOTAVAIL`, `EACCES`
   */
  async udp(options: UdpOptions = {}): Promise<UdpSocket> {
    const { udp } = await import('../sockets/udp.ts')
    return await udp(this.place, this.resolve, options)
  }

  /**
   * A port here that leads to one inside, of TCP or UDP: `await ns.forward({ port: 8080, to: { port: 80 } })`. It keeps the event loop alive
   * until it is closed; close it before this.
   *
   * @throws {Error} in Node's shape: `EADDRINUSE`, `EADDRNOTAVAIL`, `EACCES`
   */
  async forward(options: ForwardOptions): Promise<Forward> {
    const { forwardPort } = await import('../recipes/forward.ts')
    return await forwardPort(this, options)
  }

  /**
   * Connects it to the caller's network by pasta or slirp4netns, without privilege: close it before this. What listens on the
   * caller's loopback can't be reached from inside unless `hostLoopback` says so.
   *
   * @throws {NamespaceError} `ERR_NS_SETUP` with what the program complained of, `ERR_NS_TIMEOUT`, `ERR_NS_PERMISSION`
   * @throws {UnsupportedError} when it is not installed
   */
  async userMode(options: UserModeOptions = {}): Promise<UserMode> {
    const { startUserMode } = await import('../user-mode/user-mode.ts')
    const { net, user } = this.place
    return await startUserMode(net, user, options)
  }

  /** An agent that connects from inside: `http.get(url, { agent: ns.httpAgent() })`. */
  httpAgent(options?: HttpAgentOptions): HttpAgent {
    return httpAgent((to) => this.connect(to), options)
  }

  /** The same for `https`. */
  httpsAgent(options?: HttpsAgentOptions): HttpsAgent {
    return httpsAgent((to) => this.connect(to), options)
  }

  /**
   * Makes `fetch` go through it: `fetch(url, { dispatcher: new Agent({ connect: ns.undiciConnector() }) })` with the
   * `Agent` of undici.
   *
   * @param tls what `tls.connect` is given for `https:`
   */
  undiciConnector(tls?: ConnectionOptions): UndiciConnector {
    return undiciConnector((to) => this.connect(to), tls)
  }

  /**
   * A Worker born inside: what it and its libraries connect to or listen on is there. What it asks libuv's pool for,
   * which all threads share, is not: `dns.lookup` and so names in `fetch`, and asynchronous reads of `/proc/net`.
   *
   * @throws {NamespaceError} `ERR_NS_PERMISSION`: takes CAP_SYS_ADMIN, here and in the namespace's owner
   */
  worker(file: string | URL, options: WorkerOptions = {}): Worker {
    return startWorker(this.place.net, file, options)
  }
}
