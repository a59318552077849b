import { checkKeys, invalidOption } from '@ns/syscalls'
import { type Address, addressesOf, addressOf, type Subnets } from '../addresses.ts'
import type { Backend, Fabric, Port } from '../backends/fabric.ts'
import { hasEnded } from '../belongings.ts'
import { changed, type Line, perfect } from '../impairment.ts'
import type { Node } from '../node/node.ts'
import { freeName, type Member, macOf } from './member.ts'
import { changeKeys, checkMtu, type NetworkChanges, type NetworkOptions } from './options.ts'
import type { IsCut } from './partition.ts'
import { Capture } from './pcap.ts'

/** @internal */
export interface NetworkParts {
  readonly name: string
  readonly kind: 'switch' | 'link'
  readonly number: number
  readonly backend: Backend
  readonly makeFabric: () => Fabric
  readonly subnets: Subnets
  readonly options: NetworkOptions
}

/** A switch with its cables, or a link between two nodes: what each node sends passes its line, once, one way. */
export class Network {
  readonly name: string
  readonly kind: 'switch' | 'link'
  /** Who carries its frames. */
  readonly backend: Backend
  readonly subnets: Subnets
  /** @internal Those that were asked for, by addresses too. */
  readonly givenSubnets: Subnets
  /** @internal */
  readonly members: Member[] = []
  /** @internal Of its lab's. */
  readonly number: number
  readonly #parts: NetworkParts
  readonly #fabric: Fabric
  #line: Line
  readonly #hasIpv6: boolean
  #mtu: number
  readonly #captures = new Set<Capture>()
  #isClosed = false

  /** @internal */
  constructor(parts: NetworkParts) {
    this.name = parts.name
    this.kind = parts.kind
    this.backend = parts.backend
    this.subnets = parts.subnets
    this.number = parts.number
    this.#parts = parts
    const { mtu = 1500, subnets, addresses, backend, ...impairment } = parts.options
    this.#line = changed(perfect, impairment)
    addressesOf(this.subnets, 1)
    const given = Object.values(addresses ?? {})
      .flat()
      .map(addressOf)
    this.givenSubnets = [...(subnets ?? []), ...given.map(({ subnet }) => subnet)]
    this.#hasIpv6 = [...this.subnets, ...given.map(({ cidr }) => cidr)].some((it) =>
      it.includes(':'),
    )
    this.#mtu = checkMtu(mtu, this.#hasIpv6)
    this.#fabric = parts.makeFabric() // the first thing that has to be undone
  }

  /** The nodes that are in it. */
  get nodes(): readonly Node[] {
    return this.members.map(({ node }) => node)
  }

  /** How lines of new members are. @internal */
  get line(): Line {
    return this.#line
  }

  /** @internal */
  async plug(node: Node): Promise<void> {
    if (this.members.some((member) => member.node === node))
      throw invalidOption(`${node.name} is in ${this.name} already`, 'net')
    const count = this.members.length + 1
    const given = this.#parts.options.addresses?.[node.name]
    const addresses = given ? given.map(addressOf) : this.#freeAddresses(count)
    const dev = freeName(node)
    const mac = macOf(this.number, count)
    const { net, netlink } = node
    const line = `${this.number}/${count}`
    const port = await this.#fabric.plug({ net, netlink, name: dev, mac, mtu: this.#mtu, line })
    const member: Member = { node, dev, addresses, port, line: this.#line }
    this.members.push(member)
    for (const { cidr } of addresses) netlink.addresses.add({ dev, address: cidr, noDad: true })
    port.set(member.line)
    node.gain(
      this,
      addresses.map(({ address }) => address),
    )
  }

  /** Those of a number from which on nobody has, or is given, one of them. */
  #freeAddresses(number: number): Address[] {
    const given = Object.values(this.#parts.options.addresses ?? {})
      .flat()
      .map(addressOf)
    const taken = [...given, ...this.members.flatMap(({ addresses }) => addresses)]
    const found = addressesOf(this.subnets, number)
    const isTaken = found.some(({ address }) => taken.some((other) => other.address === address))
    return isTaken ? this.#freeAddresses(number + 1) : found
  }

  /**
   * Changes it while traffic flows: what is under way stays what it was.
   *
   * @param from one node whose sending is meant. @default all
   * @throws {NamespaceError} `ERR_NS_INVALID_OPTION`
   */
  set(changes: NetworkChanges, { from }: { readonly from?: Node | undefined } = {}): void {
    checkKeys('network', changes, changeKeys, 'net')
    const { mtu, ...impairment } = changes
    const members = from ? [this.#member(from)] : this.members
    const lines = members.map((member) => changed(member.line, impairment))
    if (!from) this.#line = changed(this.#line, impairment)
    if (mtu !== undefined) {
      if (from) throw invalidOption('mtu: it is that of all', 'net')
      this.#mtu = checkMtu(mtu, this.#hasIpv6)
      for (const { port } of members) port.setMtu(mtu)
    }
    members.forEach((member, i) => {
      member.line = lines[i] as Line
      member.port.set(member.line)
    })
  }

  /** Pulls the cables, or that of one node: its link has no carrier, and keeps its addresses and routes. */
  down(node?: Node): void {
    for (const { port } of node ? [this.#member(node)] : this.members) port.carrier(false)
  }

  /** Plugs them in again. */
  up(node?: Node): void {
    for (const { port } of node ? [this.#member(node)] : this.members) port.carrier(true)
  }

  /**
   * Writes what arrives from all nodes, after their lines, to a pcap file: what was lost is not there, what is late is there
   * when it comes.
   *
   * @throws {Error} in Node's shape when the file can't be opened: `ENOENT`, `EACCES`, …
   */
  async capture(path: string): Promise<Capture> {
    const capture = await Capture.open(path)
    if (this.#isClosed) {
      await capture.close()
      throw hasEnded()
    }
    this.#captures.add(capture)
    const end = await this.#fabric.tap((frame) => capture.write(frame))
    return capture.endWith(() => {
      end()
      this.#captures.delete(capture)
    })
  }

  /** @internal Nothing passes between nodes for which that is so. */
  cut(isCut: IsCut): void {
    const pairs = this.members.flatMap((from) =>
      this.members.flatMap((to): [Port, Port][] =>
        from !== to && isCut(from.node, to.node) ? [[from.port, to.port]] : [],
      ),
    )
    this.#fabric.cut(pairs)
  }

  #member(node: Node): Member {
    const found = this.members.find((member) => member.node === node)
    if (found) return found
    throw invalidOption(`${node.name} is not in ${this.name}`, 'net')
  }

  /** @internal Takes it back: a network that was made by half. */
  remove(): void {
    for (const { node } of this.members) node.lose(this)
    this.#fabric.remove()
  }

  /** @internal */
  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.allSettled([...this.#captures].map((capture) => capture.close()))
    this.#fabric.close()
  }
}
