import { eventLoop, type Source } from '@ns/syscalls'
import { ETH_HLEN, LONGEST_FRAME, VIRTIO_NET_HDR } from '../constants.ts'
import { bundleOf, packetsOf } from '../emulator/bundle.ts'
import type { Clock } from '../emulator/clock.ts'
import { type Device, openTap, openVeth, writeFrame } from '../emulator/device.ts'
import { Pipe } from '../emulator/pipe.ts'
import { randomOf, seedOf } from '../emulator/random.ts'
import { readFrames } from '../emulator/read-frames.ts'
import type { Ground } from '../ground/ground.ts'
import { type Line, perfect } from '../impairment.ts'
import type { Fabric, FrameSink, Plug, Port } from './fabric.ts'

/** Where the addresses of a frame are, and the bit that says that it is for many (IEEE 802). */
const AT = { target: VIRTIO_NET_HDR, source: VIRTIO_NET_HDR + 6 } as const
const GROUP = 1

/** A switch in JavaScript: it reads what a node sends, lets it pass the node's line, and writes it to where it belongs. */
export class EmulatedFabric implements Fabric {
  readonly #ground: Ground
  readonly #number: number
  readonly #via: 'tap' | 'packet'
  readonly #ports: EmulatedPort[] = []
  /** Who was heard where: MAC addresses as numbers. */
  readonly #known = new Map<number, EmulatedPort>()
  readonly #sinks = new Set<FrameSink>()
  #memory: Buffer | undefined

  constructor(ground: Ground, number: number, via: 'tap' | 'packet') {
    this.#ground = ground
    this.#number = number
    this.#via = via
  }

  async plug(plug: Plug): Promise<Port> {
    const outer = `p${this.#number}.${this.#ports.length}`
    const device =
      this.#via === 'tap'
        ? await openTap(this.#ground, plug)
        : await openVeth(this.#ground, plug, outer)
    const random = randomOf(seedOf(this.#ground.seed, plug.line))
    const port: EmulatedPort = new EmulatedPort(device, {
      clock: this.#ground.clock,
      random,
      forward: (frame) => this.#forward(port, frame),
    })
    this.#ports.push(port)
    return port
  }

  #forward(from: EmulatedPort, frame: Buffer): void {
    if (this.#sinks.size > 0) this.#show(frame)
    this.#known.set(frame.readUIntBE(AT.source, 6), from)
    const isForMany = ((frame[AT.target] as number) & GROUP) !== 0
    const to = isForMany ? undefined : this.#known.get(frame.readUIntBE(AT.target, 6))
    for (const port of to ? [to] : this.#ports) from.reach(port, frame)
  }

  /** Packet by packet, whatever was under way as one. */
  #show(frame: Buffer): void {
    this.#memory ??= Buffer.allocUnsafeSlow(LONGEST_FRAME)
    for (const packet of packetsOf(bundleOf(frame), this.#memory))
      for (const sink of this.#sinks) sink(packet.subarray(VIRTIO_NET_HDR))
  }

  cut(pairs: readonly (readonly [Port, Port])[]): void {
    for (const port of this.#ports) port.cutOff.clear()
    for (const [from, to] of pairs) (from as EmulatedPort).cutOff.add(to)
  }

  async tap(sink: FrameSink): Promise<() => void> {
    this.#sinks.add(sink)
    return () => void this.#sinks.delete(sink)
  }

  close(): void {
    for (const port of this.#ports) port.close()
  }

  remove(): void {
    for (const port of this.#ports) port.remove()
  }
}

interface PortParts {
  readonly clock: Clock
  readonly random: () => number
  readonly forward: (frame: Buffer) => void
}

class EmulatedPort implements Port {
  /** To whom nothing passes from here. */
  readonly cutOff: Set<Port> = new Set()
  readonly #device: Device
  readonly #source: Source
  readonly #toSwitch: Pipe
  readonly #toNode: Pipe
  readonly #memory = Buffer.allocUnsafeSlow(LONGEST_FRAME)
  #isUp = true

  constructor(device: Device, { clock, random, forward }: PortParts) {
    this.#device = device
    this.#toSwitch = new Pipe(clock, random, (frame) => this.#isUp && forward(frame))
    this.#toNode = new Pipe(clock, random, (frame) => this.#isUp && writeFrame(device.fd, frame))
    this.#source = eventLoop.watch(device.fd, () => this.#read())
    this.#source.unref() // a network that is silent doesn't keep the process
  }

  #read(): void {
    const isThere = readFrames(this.#device.fd, this.#memory, (frame) => {
      if (this.#isUp && frame.length >= VIRTIO_NET_HDR + ETH_HLEN) this.#toSwitch.send(frame)
    })
    if (!isThere) this.#source.close()
  }

  /** A frame goes on to another port. */
  reach(to: EmulatedPort, frame: Buffer): void {
    if (to !== this && !this.cutOff.has(to)) to.#toNode.send(frame)
  }

  set(line: Line): void {
    this.#toSwitch.line = line
    this.#toNode.line = { ...perfect, rate: line.rate, queue: line.queue }
  }

  carrier(isUp: boolean): void {
    this.#isUp = isUp
    this.#device.carrier(isUp)
  }

  setMtu(mtu: number): void {
    this.#device.setMtu(mtu)
  }

  close(): void {
    this.#isUp = false // what is still under way has nowhere to go: the fd may be another's by then
    this.#source.close()
    this.#device.close()
  }

  remove(): void {
    this.close()
    this.#device.remove()
  }
}
