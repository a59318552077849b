import {
  addChain,
  addRule,
  addTable,
  bridge,
  deleteRules,
  match,
  netem,
  statement,
  veth,
} from '@ns/netlink'
import { close, eventLoop, invalidOption } from '@ns/syscalls'
import { ETH_HLEN } from '../constants.ts'
import { openPacketSocket } from '../emulator/packet-socket.ts'
import { seedOf } from '../emulator/random.ts'
import { readFrames } from '../emulator/read-frames.ts'
import type { Ground } from '../ground/ground.ts'
import { isPerfect, isPerPacket, type Line, perfect } from '../impairment.ts'
import { setBundling } from './bundling.ts'
import type { Fabric, FrameSink, Plug, Port } from './fabric.ts'

/** A bridge of the kernel in the hub, pairs of veth that lead to it, and netem where they begin. */
export class KernelFabric implements Fabric {
  readonly #ground: Ground
  readonly #number: number
  readonly #canImpair: boolean
  readonly #ports: KernelPort[] = []
  readonly #bridge: string
  #hasTable = false

  constructor(ground: Ground, number: number, canImpair: boolean) {
    this.#ground = ground
    this.#number = number
    this.#canImpair = canImpair
    this.#bridge = `br${number}`
    const options = { stp: false, forwardDelay: 0, multicastSnooping: false }
    ground.netlink.links.add(bridge({ name: this.#bridge, up: true, ...options }))
  }

  async plug(plug: Plug): Promise<Port> {
    const { netlink } = this.#ground
    const outer = `p${this.#number}.${this.#ports.length}`
    const { name, mac, mtu, net: netns } = plug
    const peer = { name, mac, mtu, netns }
    netlink.links.add(veth({ name: outer, up: true, mtu, master: this.#bridge, peer }))
    plug.netlink.links.set(name, { up: true })
    const port = new KernelPort(this.#ground, plug, outer, this.#canImpair)
    this.#ports.push(port)
    return port
  }

  cut(pairs: readonly (readonly [Port, Port])[]): void {
    const table = { family: 'bridge', name: this.#bridge } as const
    if (!this.#hasTable && pairs.length === 0) return
    this.#hasTable = true
    const rules = pairs.map(([from, to]) => {
      const [source, target] = [from, to] as [KernelPort, KernelPort]
      const isPair = [match.input(source.outer), match.output(target.outer)]
      return addRule(table, 'cut', [...isPair, statement.drop])
    })
    const chain = addChain(table, 'cut', { type: 'filter', hook: 'forward', policy: 'accept' })
    this.#ground.nftables.apply([addTable(table), chain, deleteRules(table, 'cut'), ...rules])
  }

  async tap(sink: FrameSink): Promise<() => void> {
    const { hub: net, user, netlink } = this.#ground
    const ends: (() => void)[] = []
    const end = () => {
      for (const one of ends.splice(0)) one()
    }
    try {
      for (const port of this.#ports) {
        const { outer } = port
        port.show(+1)
        ends.push(() => port.show(-1))
        const fd = await openPacketSocket({ net, user }, netlink.links.index(outer), 'plain')
        ends.push(() => close(fd))
        const memory = Buffer.alloc(ETH_HLEN + 65_536)
        const source = eventLoop.watch(fd, () => readFrames(fd, memory, sink))
        source.unref()
        ends.pop()
        ends.push(() => {
          source.close()
          close(fd)
        })
      }
      return end
    } catch (error) {
      end()
      throw error
    }
  }

  close(): void {} // with the hub's namespace

  remove(): void {
    const { links } = this.#ground.netlink
    for (const { outer } of this.#ports) links.remove(outer) // and the node's end
    links.remove(this.#bridge)
  }
}

class KernelPort implements Port {
  readonly outer: string
  readonly #ground: Ground
  readonly #plug: Plug
  readonly #canImpair: boolean
  #line: Line = perfect
  #hasNetem = false
  #hadRate = false
  #isBundling = true
  #sinks = 0

  constructor(ground: Ground, plug: Plug, outer: string, canImpair: boolean) {
    this.#ground = ground
    this.#plug = plug
    this.outer = outer
    this.#canImpair = canImpair
  }

  set(line: Line): void {
    if (!this.#hasNetem && isPerfect(line)) return
    if (!this.#canImpair)
      throw invalidOption(
        "impairments take another backend than 'veth': netem, tap or packet",
        'net',
      )
    this.#hasNetem = true
    this.#line = line
    this.#bundle()
    this.#hadRate ||= line.rate !== perfect.rate
    const { latency: delay, jitter, loss, duplicate, reorder, queue: limit } = line
    const rate = { rate: Number.isFinite(line.rate) ? line.rate : 0, limit }
    const { name: dev, netlink } = this.#plug
    const some = reorder > 0 ? { reorder } : {}
    const seed = seedOf(this.#ground.seed, this.#plug.line)
    netlink.qdiscs.ensure(netem({ dev, delay, jitter, loss, duplicate, ...some, ...rate, seed }))
    if (this.#hadRate) this.#ground.netlink.qdiscs.ensure(netem({ dev: this.outer, ...rate }))
  }

  carrier(isUp: boolean): void {
    this.#ground.netlink.links.set(this.outer, { up: isUp })
  }

  setMtu(mtu: number): void {
    this.#plug.netlink.links.set(this.#plug.name, { mtu })
    this.#ground.netlink.links.set(this.outer, { mtu })
  }

  /** So many more want to see each packet. */
  show(more: number): void {
    this.#sinks += more
    this.#bundle()
  }

  /** The kernel judges, and shows, what it hands over at once as one packet: then it may hand over no more than one. */
  #bundle(): void {
    const isAllowed = !isPerPacket(this.#line) && this.#sinks === 0
    if (isAllowed === this.#isBundling) return
    this.#isBundling = isAllowed
    setBundling(this.#plug.netlink, this.#plug.name, isAllowed)
  }
}
