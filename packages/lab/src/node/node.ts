import { type Netlink, Nftables } from '@ns/netlink'
import { run, type Subprocess, spawn } from '@ns/spawn'
import { invalidOption } from '@ns/syscalls'
import type { Ground } from '../ground/ground.ts'
import type { Names } from './hosts-file.ts'
import { openQuarters, type Quarters } from './quarters.ts'
import { NodeSockets } from './sockets.ts'
import { inNode } from './start.ts'

/** What a router is beside a node. */
export interface Routing {
  /** The name of a network: what leaves for it has the router's own address there. */
  readonly nat: string | undefined
}

/**
 * A machine of a lab: network, host name and `/etc/hosts` of its own; files and users are the caller's. Processes run in it,
 * and sockets of this process.
 */
export class Node extends NodeSockets {
  readonly name: string
  /** A client of its links, addresses and routes. */
  readonly netlink: Netlink
  /** @internal */
  readonly routing: Routing | undefined
  readonly #ground: Ground
  readonly #quarters: Quarters
  readonly #children = new Set<Subprocess>()
  readonly #addressesIn = new Map<object, readonly string[]>()

  private constructor(name: string, ground: Ground, quarters: Quarters, routing?: Routing) {
    super(quarters.net, ground.user)
    this.name = name
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
    const forget = () => this.belongings.forget(running)
    this.belongings.add(running, () => running.catch(() => {}))
    running.then(forget, forget)
    return running
  }) as typeof run

  /** A client of its firewall; yours to close. */
  async nftables(): Promise<Nftables> {
    return await Nftables.openInside(this.net, { user: this.#ground.user })
  }

  /** @internal From now on no child is missed: a start that is killed half-way is no error. */
  leave(): void {
    for (const child of this.#children) child.on('error', () => {})
  }

  /** @internal Ends what is left in it; the ground has killed its processes. */
  async close(): Promise<void> {
    await Promise.all([...this.#children].map(ended))
    await this.belongings.end()
    this.#quarters.close()
  }
}

/** It was killed, or its start will fail. */
async function ended(child: Subprocess): Promise<void> {
  child.kill('SIGKILL')
  for (const stream of child.stdio) stream?.destroy()
  await child.exited.catch(() => {})
}
