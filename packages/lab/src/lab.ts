import { checkKeys, invalidOption } from '@ns/syscalls'
import { automaticSubnets } from './addresses.ts'
import { checkBackend, chooseBackend, fabricOf } from './backends/choose.ts'
import type { Backend } from './backends/fabric.ts'
import { hasEnded } from './belongings.ts'
import { Ground } from './ground/ground.ts'
import { mermaidOf } from './mermaid.ts'
import { freeNumber } from './network/free-number.ts'
import { namesFor } from './network/names.ts'
import { masquerade } from './network/nat.ts'
import { Network } from './network/network.ts'
import { type NetworkOptions, networkKeys } from './network/options.ts'
import { type IsCut, partitionOf, whole } from './network/partition.ts'
import { waysOf } from './network/routes.ts'
import { Node, type Routing } from './node/node.ts'
import type { LabOptions, LinkOptions, RouterOptions } from './options.ts'

/**
 * Makes an empty lab, as an ordinary user too. End it, or let `await using` do so.
 *
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION`; `ERR_NS_USERNS_RESTRICTED`, … when the machine allows no namespaces
 */
export async function createLab(options: LabOptions = {}): Promise<Lab> {
  checkKeys('lab', options, ['backend', 'seed'], 'net')
  const { seed = 1 } = options
  if (!Number.isSafeInteger(seed)) throw invalidOption('lab.seed: a whole number is wanted', 'net')
  const backend = checkBackend(options.backend)
  const ground = await Ground.make(seed)
  try {
    return new Lab(ground, backend ?? (await chooseBackend(ground)))
  } catch (error) {
    await ground.endProcesses()
    ground.close()
    throw error
  }
}

/** Machines and the networks between them. All of it is this process's, and ends with it. */
export class Lab {
  /** Who carries the frames of networks that don't say so themselves. */
  readonly backend: Backend
  readonly #ground: Ground
  readonly #nodes = new Map<string, Node>()
  readonly #networks = new Map<string, Network>()
  readonly #making = new Set<string>()
  #isCut: IsCut = whole
  /** One network after the other: each takes the first names of links that its nodes have left. */
  #turn: Promise<unknown> = Promise.resolve()
  #ended: Promise<void> | undefined

  /** @internal */
  constructor(ground: Ground, backend: Backend) {
    this.#ground = ground
    this.backend = backend
  }

  /** A machine: no address before it is in a network. */
  async node(name: string): Promise<Node> {
    return await this.#make(name)
  }

  /** Several at once. */
  async nodes<Names extends readonly string[]>(
    ...names: Names
  ): Promise<{ [Index in keyof Names]: Node }> {
    const made = await Promise.all(names.map((name) => this.#make(name)))
    // In the order in which they were asked for, not in that in which they were ready.
    for (const node of made) if (this.#nodes.delete(node.name)) this.#nodes.set(node.name, node)
    return made as { [Index in keyof Names]: Node }
  }

  /** A machine that forwards: the nodes of each network that it is in get ways to the others. */
  async router(name: string, options: RouterOptions = {}): Promise<Node> {
    checkKeys('router', options, ['nat'], 'net')
    return await this.#make(name, { nat: options.nat })
  }

  async #make(name: string, routing?: Routing): Promise<Node> {
    this.#checkOpen()
    checkHostName(name)
    if (this.#nodes.has(name) || this.#making.has(name))
      throw invalidOption(`node: there is a ${name} already`, 'net')
    this.#making.add(name)
    try {
      const node = await Node.make(this.#ground, name, routing)
      if (this.#ended) {
        await node.close()
        this.#checkOpen()
      }
      this.#nodes.set(name, node)
      return node
    } finally {
      this.#making.delete(name)
    }
  }

  /** A network of several nodes. What each of them sends passes its line once, so `latency` is one way from node to node. */
  async switch(
    name: string,
    nodes: readonly Node[],
    options: NetworkOptions = {},
  ): Promise<Network> {
    return await this.#inTurn(() => this.#connect('switch', name, nodes, options))
  }

  /** A line between two nodes. */
  async link(a: Node, b: Node, options: LinkOptions = {}): Promise<Network> {
    this.#checkNodes([a, b])
    const { name = `${a.name}-${b.name}`, ...rest } = options
    return await this.#inTurn(() => this.#connect('link', name, [a, b], rest))
  }

  async #inTurn<Made>(make: () => Promise<Made>): Promise<Made> {
    const made = this.#turn.then(make)
    this.#turn = made.catch(() => {})
    return await made
  }

  async #connect(
    kind: Network['kind'],
    name: string,
    nodes: readonly Node[],
    options: NetworkOptions,
  ): Promise<Network> {
    this.#checkOpen()
    this.#checkNodes(nodes)
    checkKeys(kind, options, networkKeys, 'net')
    const names = nodes.map((node) => node.name)
    checkKeys(`${kind}.addresses`, options.addresses ?? {}, names, 'net')
    if (this.#networks.has(name)) throw invalidOption(`there is a network ${name} already`, 'net')
    const backend = checkBackend(options.backend) ?? this.backend
    const number = freeNumber(this.#networks.values(), options.subnets === undefined)
    const subnets = options.subnets ?? automaticSubnets(number)
    const makeFabric = () => fabricOf(this.#ground, backend, number)
    const network = new Network({ name, kind, number, backend, subnets, options, makeFabric })
    this.#networks.set(name, network)
    try {
      for (const node of nodes) await network.plug(node)
      for (const { node, dev } of network.members)
        if (node.routing?.nat === name) await masquerade(node, dev)
      network.cut(this.#isCut)
      this.#checkOpen()
    } catch (error) {
      this.#networks.delete(name)
      network.remove()
      throw error
    }
    this.#tell()
    return network
  }

  /** Has every node know of the others, and of the ways to them. */
  #tell(): void {
    const nodes = [...this.#nodes.values()]
    const networks = [...this.#networks.values()]
    for (const node of nodes) {
      node.know(namesFor(node, nodes, networks))
      for (const way of waysOf(node, networks)) node.netlink.routes.ensure(way)
    }
  }

  /**
   * Splits the lab: between nodes of different groups no frame passes. Nodes in no group speak with all, so a router
   * that forwards for both belongs to one of them. Takes the place of a partition that there was.
   */
  partition(...groups: readonly (readonly Node[])[]): void {
    for (const group of groups) this.#checkNodes(group)
    this.#split(partitionOf(groups))
  }

  /** Ends the partition. Cables that were pulled stay so: `network.up()`. */
  heal(): void {
    this.#split(whole)
  }

  #split(isCut: IsCut): void {
    this.#checkOpen()
    this.#isCut = isCut
    for (const network of this.#networks.values()) network.cut(isCut)
  }

  /** A picture of it, for Mermaid. */
  mermaid(): string {
    return mermaidOf([...this.#nodes.values()], [...this.#networks.values()])
  }

  #checkNodes(nodes: readonly Node[]): void {
    const isOwn = (node: Node | undefined) => node && this.#nodes.get(node.name) === node
    if (Array.isArray(nodes) && nodes.every(isOwn)) return
    throw invalidOption('nodes of this lab are wanted', 'net')
  }

  #checkOpen(): void {
    if (this.#ended) throw hasEnded()
  }

  /** Ends it with all that is in it, processes and sockets too; settles when nothing is left. */
  async close(): Promise<void> {
    this.#ended ??= this.#end()
    await this.#ended
  }

  async #end(): Promise<void> {
    for (const node of this.#nodes.values()) node.leave()
    const processes = this.#ground.endProcesses()
    await this.#turn
    for (const network of this.#networks.values()) await network.close()
    await processes
    await Promise.all([...this.#nodes.values()].map((node) => node.close()))
    this.#ground.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

/** Letters of host names, so that it stands for itself in /etc/hosts (hosts(5)). */
function checkHostName(name: string): void {
  if (/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i.test(name) && name !== 'localhost') return
  throw invalidOption(`node: ${JSON.stringify(name)} is no host name`, 'net')
}
