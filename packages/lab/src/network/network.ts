import { checkKeys, invalidOption } from '@ns/syscalls'
import { type Address, addressesOf, addressOf, type Subnets } from '../addresses.ts'
import type { Backend, Fabric, Port } from '../backends/fabric.ts'
import {
  changed,
  type Impairment,
  impairmentKeys,
  isPerPacket,
  type Line,
  perfect,
} from '../impairment.ts'
import type { Node } from '../node/node.ts'
import { Capture } from './pcap.ts'

/** What a network is to be. */
export interface NetworkOptions extends Impairment {
  /** Bytes. @default 1500 */
  readonly mtu?: number | undefined
  /** One of each family at most. @default `10.0.N.0/24` and `fd6e:736c:6162:N::/64` */
  readonly subnets?: Subnets | undefined
  /** Of nodes, by name, with prefix length: `{ a: ['192.0.2.7/24'] }` @default the first that are free, in the order of the nodes */
  readonly addresses?: Readonly<Record<string, readonly string[]>> | undefined
  /** @default the lab's */
  readonly backend?: Backend | undefined
}

/** What can be changed while traffic flows. */
export type NetworkChanges = Impairment & Pick<NetworkOptions, 'mtu'>

/** @internal A node's place in a network. */
export interface Member {
  readonly node: Node
  readonly dev: string
  readonly addresses: readonly Address[]
  readonly port: Port
  line: Line
}

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

const changeKeys: readonly string[] = [...impairmentKeys, 'mtu']

/** Keys of `NetworkOptions`. */
export const networkKeys: readonly string[] = [...changeKeys, 'subnets', 'addresses', 'backend']

/** A switch with its cables, or a link between two nodes: what each node sends passes its line, once, one way. */
export class Network {
  readonly name: string
  readonly kind: 'switch' | 'link'
  /** Who carries its frames. */
  readonly backend: Backend
  readonly subnets: Subnets
  /** @internal */
  readonly members: Member[] = []
  /** @internal Of its lab's. */
  readonly number: number
  readonly #parts: NetworkParts
  readonly #fabric: Fabric
  #line: Line
  #mtu: number
  readonly #captures = new Set<Capture>()

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
    this.#mtu = checkMtu(mtu)
    addressesOf(this.subnets, 1)
    for (const cidr of Object.values(addresses ?? {}).flat()) addressOf(cidr)
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
    const addresses = given ? given.map(addressOf) : addressesOf(this.subnets, count)
    const dev = `eth${freeNumber(node)}`
    const [high, low] = [this.number >> 8, this.number & 255].map(hex)
    const mac = `02:6c:62:${high}:${low}:${hex(count)}` // locally administered
    const { net, netlink } = node
    const line = `${this.number}/${count}`
    const port = await this.#fabric.plug({ net, netlink, name: dev, mac, mtu: this.#mtu, line })
    const member: Member = { node, dev, addresses, port, line: this.#line }
    this.members.push(member)
    for (const { cidr } of addresses) netlink.addresses.add({ dev, address: cidr, noDad: true })
    this.#apply(member)
    node.gain(
      this,
      addresses.map(({ address }) => address),
    )
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
      this.#mtu = checkMtu(mtu)
      for (const { port } of members) port.setMtu(mtu)
    }
    members.forEach((member, i) => {
      member.line = lines[i] as Line
      this.#apply(member)
    })
  }

  #apply({ port, line }: Member): void {
    port.setBundling(!isPerPacket(line) && this.#captures.size === 0)
    port.set(line)
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
   */
  async capture(path: string): Promise<Capture> {
    const capture = new Capture(path)
    this.#captures.add(capture)
    for (const member of this.members) this.#apply(member)
    const end = await this.#fabric.tap((frame) => capture.write(frame))
    return capture.endWith(() => {
      end()
      this.#captures.delete(capture)
      for (const member of this.members) this.#apply(member)
    })
  }

  /** @internal Nothing passes between nodes for which that is so. */
  cut(isCut: (from: Node, to: Node) => boolean): void {
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
    await Promise.allSettled([...this.#captures].map((capture) => capture.close()))
    this.#fabric.close()
  }
}

/** The kernel's own least, for IPv4; below 1280 a link has no IPv6 (RFC 8200). */
const LEAST_MTU = 68

function checkMtu(mtu: number): number {
  if (Number.isInteger(mtu) && mtu >= LEAST_MTU && mtu <= 65_521) return mtu
  throw invalidOption(`mtu: from ${LEAST_MTU} to 65521 bytes are wanted`, 'net')
}

function freeNumber({ netlink }: Node): number {
  const taken = new Set(netlink.links.list().map(({ name }) => name))
  for (let number = 0; ; number++) if (!taken.has(`eth${number}`)) return number
}

const hex = (byte: number) => byte.toString(16).padStart(2, '0')
