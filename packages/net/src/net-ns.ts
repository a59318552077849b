import type { Socket as UdpSocket } from 'node:dgram'
import type { Agent as HttpAgent, AgentOptions as HttpAgentOptions } from 'node:http'
import type { Agent as HttpsAgent, AgentOptions as HttpsAgentOptions } from 'node:https'
import type { Server, Socket } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import type { Netlink, Nftables } from '@ns/netlink'
import { invalidOption, isPrivileged, Namespace, type NamespaceRef } from '@ns/syscalls'
import { httpAgent, httpsAgent, type UndiciConnector, undiciConnector } from './sockets/agents.ts'
import type { ConnectOptions } from './sockets/connect.ts'
import type { ListenOptions } from './sockets/listen.ts'
import { type Hosts, type Resolve, resolverOf } from './sockets/names.ts'
import type { Place } from './sockets/open-socket.ts'
import type { UdpOptions } from './sockets/udp.ts'

/** How a network namespace is used from outside. */
export interface NetNsOptions {
  /** The user namespace that gives the right to enter. @default without privilege the one that owns it */
  readonly user?: NamespaceRef | undefined
  /** Names that may be used instead of addresses: no others are looked up. */
  readonly hosts?: Hosts | undefined
}

/**
 * An open network namespace, and what JavaScript does in it: sockets that were made inside and are used here. Nobody
 * enters it but short-lived processes that make them. Close it, or let `using` do so; sockets stay.
 */
export class NetNs {
  readonly namespace: Namespace
  readonly #user: Namespace | undefined
  readonly #resolve: Resolve
  #open = true

  private constructor(namespace: Namespace, user: Namespace | undefined, resolve: Resolve) {
    this.namespace = namespace
    this.#user = user
    this.#resolve = resolve
  }

  /**
   * Opens one that exists, and keeps it in existence.
   *
   * @param ref the pid of a process in it, a path, an fd (it is duplicated), or a handle
   * @throws {NamespaceError} `ERR_NS_NOT_A_NAMESPACE`, `ERR_NS_NO_SUCH_PROCESS`, `ERR_NS_PERMISSION`; `ERR_NS_INVALID_OPTION`
   */
  static open(ref: NamespaceRef, { user, hosts }: NetNsOptions = {}): NetNs {
    const resolve = resolverOf(hosts)
    const namespace = Namespace.open('net', ref)
    try {
      return new NetNs(namespace, openOwner(namespace, user), resolve)
    } catch (error) {
      namespace.close()
      throw error
    }
  }

  /**
   * The handles, if they are open: the number of a closed fd may be another's. Asked for in the tick in which they are
   * duplicated, so after the imports; those are late because a start that needs none of this doesn't load it.
   */
  get #place(): Place {
    if (!this.#open) throw invalidOption('this NetNs is closed', 'net')
    return { net: this.namespace, user: this.#user }
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
    const { listen } = await import('./sockets/listen.ts')
    return await listen(this.#place, this.#resolve, options, onConnection)
  }

  /**
   * A `net.Socket` that is connected from inside.
   *
   * @throws {Error} in Node's shape: `ECONNREFUSED`, `ENETUNREACH`, …
   * @throws {NamespaceError} `ERR_NS_INVALID_OPTION` for a name that `hosts` doesn't have
   */
  async connect(options: ConnectOptions): Promise<Socket> {
    const { connect } = await import('./sockets/connect.ts')
    return await connect(this.#place, this.#resolve, options)
  }

  /**
   * A `dgram.Socket` that is bound inside.
   *
   * @throws {Error} in Node's shape: `EADDRINUSE`, `EADDRNOTAVAIL`, `EACCES`
   */
  async udp(options: UdpOptions = {}): Promise<UdpSocket> {
    const { udp } = await import('./sockets/udp.ts')
    return await udp(this.#place, this.#resolve, options)
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

  /** A client of its links, addresses and routes. */
  async netlink(): Promise<Netlink> {
    const { Netlink } = await import('@ns/netlink')
    const { net, user } = this.#place
    return await Netlink.openInside(net, { user })
  }

  /** A client of its firewall. */
  async nftables(): Promise<Nftables> {
    const { Nftables } = await import('@ns/netlink')
    const { net, user } = this.#place
    return await Nftables.openInside(net, { user })
  }

  /** Whether both are the same namespace. */
  equals(other: NetNs): boolean {
    return this.namespace.equals(other.namespace)
  }

  /** `net:[4026531840]`, as the links in `/proc/PID/ns` read. */
  toString(): string {
    return this.namespace.toString()
  }

  /** Closes the handle; a second time does nothing. */
  close(): void {
    if (!this.#open) return
    this.#open = false
    this.#user?.close()
    this.namespace.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }
}

function openOwner(net: Namespace, user: NamespaceRef | undefined): Namespace | undefined {
  if (user !== undefined) return Namespace.open('user', user)
  return isPrivileged() ? undefined : net.owner()
}
