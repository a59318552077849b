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
import { type Netlink, Nftables } from '@ns/netlink'
import { run, type Subprocess, spawn } from '@ns/spawn'
import { invalidOption, type Namespace } from '@ns/syscalls'
import { Belongings } from '../belongings.ts'
import type { Ground } from '../ground/ground.ts'
import type { Names } from './hosts-file.ts'
import { openQuarters, type Quarters } from './quarters.ts'
import { inNode } from './start.ts'

/** Where a node connects to: as `ConnectOptions`, and `host` may be a node. */
export interface NodeConnectOptions extends Omit<ConnectOptions, 'host'> {
  /** An address, the name of a node, or a node. @default 'localhost' */
  readonly host?: string | Node | undefined
}

/** What a router is beside a node. */
export interface Routing {
  /** The name of a network: what leaves for it has the router's own address there. */
  readonly nat: string | undefined
}

/**
 * A machine of a lab: network, host name and `/etc/hosts` of its own; files and users are the caller's. Processes run in it,
 * and sockets of this process.
 */
export class Node {
  readonly name: string
  /** A client of its links, addresses and routes. */
  readonly netlink: Netlink
  /** Its network namespace, for what else takes one. */
  readonly net: Namespace
  /** @internal */
  readonly routing: Routing | undefined
  /** @internal */
  names: Names = new Map()
  readonly #ground: Ground
  readonly #quarters: Quarters
  readonly #belongings = new Belongings()
  readonly #children = new Set<Subprocess>()
  readonly #addressesIn = new Map<object, readonly string[]>()

  private constructor(name: string, ground: Ground, quarters: Quarters, routing?: Routing) {
    this.name = name
    this.net = quarters.net
    this.netlink = quarters.netlink
    this.routing = routing
    this.#ground = ground
    this.#quarters = quarters
  }

  /** @internal */
  static async make(ground: Ground, name: string, routing?: Routing): Promise<Node> {
    return new Node(name, ground, await openQuarters(ground, name, routing !== undefined), routing)
  }

  /** `['10.0.0.1', 'fd6e:736c:6162::1']`, of all its networks in their order. */
  get addresses(): readonly string[] {
    return [...this.#addressesIn.values()].flat()
  }

  /** The first of IPv4. */
  get address(): string {
    return this.#one((address) => !address.includes(':'), 'IPv4')
  }

  /** The first of IPv6. */
  get address6(): string {
    return this.#one((address) => address.includes(':'), 'IPv6')
  }

  #one(isIt: (address: string) => boolean, family: string): string {
    const found = this.addresses.find(isIt)
    if (found) return found
    throw invalidOption(
      `${this.name} has no ${family} address: it is in no such network yet`,
      'net',
    )
  }

  /** @internal */
  gain(network: object, addresses: readonly string[]): void {
    this.#addressesIn.set(network, addresses)
  }

  /** @internal */
  lose(network: object): void {
    this.#addressesIn.delete(network)
  }

  /** @internal */
  know(names: Names): void {
    this.names = names
    this.#quarters.hosts.write(names)
  }

  /**
   * Starts a process in it, as `spawn` of `@ns/spawn`. It ends with the lab, and so does all that it has started. Of
   * `namespaces` it may have `ipc`, `cgroup` and `time`: the others are the node's.
   */
  readonly spawn: typeof spawn = ((file: string, second?: unknown, third?: unknown) => {
    const { args, options } = inNode(this.#quarters, second, third)
    const child = spawn(file, args, options)
    this.#children.add(child)
    child.once('close', () => this.#children.delete(child))
    return child
  }) as typeof spawn

  /** Runs a program in it to its end, as `run` of `@ns/spawn`. */
  readonly run: typeof run = ((file: string, second?: unknown, third?: unknown) => {
    const { args, options } = inNode(this.#quarters, second, third)
    const running = run(file, args, options)
    const forget = () => this.#belongings.forget(running)
    this.#belongings.add(running, () => running.catch(() => {}))
    running.then(forget, forget)
    return running
  }) as typeof run

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
    const name = options.host instanceof Node ? options.host.name : options.host
    using ns = this.#sockets()
    const socket = await ns.connect({ ...options, host: name })
    return this.#own(socket, () => socket.destroy())
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
    return this.#belongings.add(agent, () => agent.destroy())
  }

  /** The same for `https.request`. */
  httpsAgent(options?: HttpsAgentOptions): HttpsAgent {
    const ns = this.#kept()
    const agent = ns.httpsAgent(options)
    return this.#belongings.add(agent, () => agent.destroy())
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
    worker.once('exit', () => this.#belongings.forget(worker))
    return this.#belongings.add(worker, () => worker.terminate())
  }

  /** A client of its firewall; yours to close. */
  async nftables(): Promise<Nftables> {
    return await Nftables.openInside(this.net, { user: this.#ground.user })
  }

  /** What a socket is made by. An address of each name: the one that comes first. */
  #sockets(): NetNs {
    const first = (addresses: readonly string[]) =>
      addresses.find((address) => !address.includes(':')) ?? (addresses[0] as string)
    const known = [...this.names].filter(([, addresses]) => addresses.length > 0)
    const hosts = Object.fromEntries(known.map(([name, addresses]) => [name, first(addresses)]))
    return NetNs.open(this.net, { user: this.#ground.user, hosts })
  }

  #kept(): NetNs {
    const ns = this.#sockets()
    return this.#belongings.add(ns, () => ns.close())
  }

  #own<Thing extends Server | Socket | UdpSocket>(thing: Thing, end: () => unknown): Thing {
    thing.once('close', () => this.#belongings.forget(thing))
    return this.#belongings.add(thing, end)
  }

  /** @internal From now on no child is missed: a start that is killed half-way is no error. */
  leave(): void {
    for (const child of this.#children) child.on('error', () => {})
  }

  /** @internal Ends what is left in it; the ground has killed its processes. */
  async close(): Promise<void> {
    await Promise.all([...this.#children].map(ended))
    await this.#belongings.end()
    this.#quarters.close()
  }
}

/** It was killed, or its start will fail. */
async function ended(child: Subprocess): Promise<void> {
  child.kill('SIGKILL')
  for (const stream of child.stdio) stream?.destroy()
  await child.exited.catch(() => {})
}
