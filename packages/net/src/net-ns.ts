import type { Socket as UdpSocket } from 'node:dgram'
import type { Agent as HttpAgent, AgentOptions as HttpAgentOptions } from 'node:http'
import type { Agent as HttpsAgent, AgentOptions as HttpsAgentOptions } from 'node:https'
import type { Server, Socket } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import type { Worker, WorkerOptions } from 'node:worker_threads'
import type { Netlink, Nftables } from '@ns/netlink'
import {
  checkKeys,
  close,
  invalidOption,
  isPrivileged,
  Namespace,
  type NamespaceRef,
} from '@ns/syscalls'
import { createNetwork, type NewNetwork, namespaceOfSocket } from './create.ts'
import { cookieOf } from './identity/cookie.ts'
import { waitForEnd } from './identity/destroyed.ts'
import { namespaceOfPidfd } from './identity/pidfd.ts'
import { pidsIn } from './identity/pids.ts'
import { checkNames, type NamesOptions, onlyNames } from './names/directory.ts'
import { listNames, namesOf, openName } from './names/list.ts'
import { attach, createNamed, deleteName } from './names/name.ts'
import type { ForwardOptions } from './recipes/forward-options.ts'
import type { Forward } from './recipes/relay.ts'
import { httpAgent, httpsAgent, type UndiciConnector, undiciConnector } from './sockets/agents.ts'
import type { ConnectOptions } from './sockets/connect.ts'
import type { ListenOptions } from './sockets/listen.ts'
import { type Hosts, type Resolve, resolverOf } from './sockets/names.ts'
import type { UdpOptions } from './sockets/udp.ts'
import { readSysctl, type Sysctls, setSysctls } from './sysctl.ts'
import type { UserModeOptions } from './user-mode/options.ts'
import type { UserMode } from './user-mode/user-mode.ts'
import { startWorker } from './worker.ts'

/** How a network namespace is used from outside. */
export interface NetNsOptions {
  /** The user namespace that gives the right to enter. @default without privilege the one that owns it */
  readonly user?: NamespaceRef | undefined
  /** Names that may be used instead of addresses: no others are looked up. */
  readonly hosts?: Hosts | undefined
}

/** A network namespace to be made. `user` is the user namespace that is to own it. */
export interface NewNetNsOptions extends NetNsOptions, NewNetwork {}

/** A network namespace to be made with a name. Its `user` is that of `mount`. */
export interface NewNamedNetNsOptions extends NamesOptions, NewNetwork {
  /** As of `NetNsOptions`. */
  readonly hosts?: Hosts | undefined
}

/** One that has a name. */
export interface NamedNetNsOptions extends NamesOptions {
  /** As of `NetNsOptions`. */
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
  /** A socket of NETLINK_ROUTE that is here from its making: the first client takes it. */
  #socket: number | undefined
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
    return NetNs.#own(Namespace.open('net', ref), user, resolve)
  }

  static #own(namespace: Namespace, user: NamespaceRef | undefined, resolve: Resolve): NetNs {
    try {
      return new NetNs(namespace, openOwner(namespace, user), resolve)
    } catch (error) {
      namespace.close()
      throw error
    }
  }

  static #fromSocket(socket: number, user: NamespaceRef | undefined, resolve: Resolve): NetNs {
    try {
      const made = NetNs.#own(namespaceOfSocket(socket), user, resolve)
      made.#socket = socket
      return made
    } catch (error) {
      close(socket)
      throw error
    }
  }

  /**
   * Makes one that nobody is in; it lasts as long as it is open, or in use. Without privilege it is owned by a new user
   * namespace, or by `user`: links can lead from one to another only where both have the same owner.
   *
   * @throws {NamespaceError} `ERR_NS_PERMISSION`, `ERR_NS_USERNS_RESTRICTED`, `ERR_NS_LIMIT`
   */
  static async create(options: NewNetNsOptions = {}): Promise<NetNs> {
    checkKeys('create', options, ['lo', 'user', 'hosts'], 'net')
    const resolve = resolverOf(options.hosts)
    const socket = await createNetwork(options, options.user)
    return NetNs.#fromSocket(socket, options.user, resolve)
  }

  /**
   * Makes one with a name, as `ip netns add` does: it lasts until the name is deleted.
   *
   * @throws {Error} in Node's shape: `EEXIST`, `EACCES`, `EPERM`; then there is nothing of it
   */
  static async createNamed(name: string, options: NewNamedNetNsOptions = {}): Promise<NetNs> {
    checkKeys('createNamed', options, ['lo', 'hosts', 'directory', 'mount', 'user'], 'net')
    const resolve = resolverOf(options.hosts)
    const socket = await createNamed(name, checkNames(options), options)
    return NetNs.#fromSocket(socket, undefined, resolve)
  }

  /**
   * Opens one by its name: `ip netns` made it, or `createNamed`.
   *
   * @throws {NamespaceError} `ERR_NS_NOT_A_NAMESPACE` when there is no such name
   */
  static async openNamed(name: string, options: NamedNetNsOptions = {}): Promise<NetNs> {
    checkKeys('openNamed', options, ['hosts', 'directory', 'mount', 'user'], 'net')
    const resolve = resolverOf(options.hosts)
    return NetNs.#own(await openName(name, checkNames(options)), undefined, resolve)
  }

  /**
   * Opens that of a process which a pidfd names.
   *
   * @throws {NamespaceError} `ERR_NS_NO_SUCH_PROCESS`, `ERR_NS_PERMISSION`, `ERR_NS_INVALID_OPTION`
   */
  static openPidfd(pidfd: number, { user, hosts }: NetNsOptions = {}): NetNs {
    const resolve = resolverOf(hosts)
    return NetNs.#own(namespaceOfPidfd(pidfd), user, resolve)
  }

  /** All names: `ip netns list`. */
  static async list(options: NamesOptions = {}): Promise<string[]> {
    return await listNames(onlyNames(options))
  }

  /** The names of a process's network namespace, or of another one: `ip netns identify`. */
  static async identify(ref: NamespaceRef, options: NamesOptions = {}): Promise<string[]> {
    return await namesOf(ref, onlyNames(options))
  }

  /**
   * Takes a name away, as `ip netns del` does; the namespace lasts as long as somebody is in it or holds it.
   *
   * @throws {Error} in Node's shape: `ENOENT`, `EACCES`, `EPERM`
   */
  static async delete(name: string, options: NamesOptions = {}): Promise<void> {
    await deleteName(name, onlyNames(options))
  }

  /**
   * Gives it a name, as `ip netns attach` does.
   *
   * @throws {Error} in Node's shape: `EEXIST`, `EACCES`, `EPERM`; then nothing has changed
   */
  async attach(name: string, options: NamesOptions = {}): Promise<void> {
    await attach(name, onlyNames(options), this.#place.net)
  }

  /** The user namespace by which it is entered; nothing where the caller's own privilege is. */
  get user(): Namespace | undefined {
    return this.#user
  }

  /**
   * The handles, if they are open: the number of a closed fd may be another's. Asked for in the tick in which they are
   * duplicated, so after the imports; those are late because a start that needs none of this doesn't load it.
   */
  get #place(): { readonly net: Namespace; readonly user: Namespace | undefined } {
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

  /**
   * A port here that leads to one inside: `await ns.forward({ port: 8080, to: { port: 80 } })`. It keeps the event loop alive
   * until it is closed; close it before this.
   *
   * @throws {Error} in Node's shape: `EADDRINUSE`, `EADDRNOTAVAIL`, `EACCES`
   */
  async forward(options: ForwardOptions): Promise<Forward> {
    const { relay } = await import('./recipes/relay.ts')
    return await relay(this, options)
  }

  /**
   * Connects it to the caller's network by pasta or slirp4netns, without privilege: close it before this. What listens on the
   * caller's loopback can't be reached from inside unless `hostLoopback` says so.
   *
   * @throws {NamespaceError} `ERR_NS_SETUP` with what the program complained of, `ERR_NS_TIMEOUT`, `ERR_NS_PERMISSION`
   * @throws {UnsupportedError} when it is not installed
   */
  async userMode(options: UserModeOptions = {}): Promise<UserMode> {
    const { startUserMode } = await import('./user-mode/user-mode.ts')
    const { net, user } = this.#place
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
    return startWorker(this.#place.net, file, options)
  }

  /** A sysctl of it: `await ns.readSysctl('net.ipv4.ip_forward')`. */
  async readSysctl(name: string): Promise<string> {
    return await readSysctl(this.#place, name)
  }

  /**
   * Sets sysctls of it, in their order: `{ 'net.ipv4.ip_forward': 1 }`. One that is refused ends it; those before stay.
   *
   * @throws {NamespaceError} `ERR_NS_SETUP`; `step` and `cause` say which
   */
  async setSysctls(sysctls: Sysctls): Promise<void> {
    await setSysctls(this.#place, sysctls)
  }

  /** The processes in it, as far as we may look at them: `ip netns pids`. */
  pids(): number[] {
    return pidsIn(this.#place.net)
  }

  /**
   * A number that no other one of this boot has: its identity, where no fd can be held.
   *
   * @throws {UnsupportedError} below Linux 5.14
   */
  async cookie(): Promise<bigint> {
    return await cookieOf(this.#place)
  }

  /** The number by which another one knows it, if it does. @param of by default the caller's */
  async nsid(of?: NetNs): Promise<number | undefined> {
    const { Netlink } = await import('@ns/netlink')
    using netlink = of ? await of.netlink() : Netlink.open()
    return netlink.netnsIds.get(this.#place.net)
  }

  /**
   * Closes it and waits until the kernel has torn it down: nobody is in it, holds it, or has a link that leads there.
   *
   * @throws {Error} the reason of `signal`; it is closed then too
   */
  async destroyed({ signal }: { readonly signal?: AbortSignal } = {}): Promise<void> {
    await waitForEnd(this.#place.net, () => this.close(), signal)
  }

  /** A client of its links, addresses and routes. */
  async netlink(): Promise<Netlink> {
    const { Netlink } = await import('@ns/netlink')
    const { net, user } = this.#place
    const socket = this.#socket
    this.#socket = undefined
    if (socket !== undefined) return Netlink.from(socket)
    if (isOwn(net)) return Netlink.open()
    return await Netlink.openInside(net, { user })
  }

  /** A client of its firewall. */
  async nftables(): Promise<Nftables> {
    const { Nftables } = await import('@ns/netlink')
    const { net, user } = this.#place
    if (isOwn(net)) return Nftables.open()
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
    if (this.#socket !== undefined) close(this.#socket)
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

/** Whether the calling thread is in it: nobody has to enter it then. */
function isOwn(net: Namespace): boolean {
  using own = Namespace.open('net', 0)
  return own.equals(net)
}
