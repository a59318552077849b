import type { Netlink } from '@ns/netlink'
import type { Namespace } from '@ns/syscalls'
import type { Line } from '../impairment.ts'

/**
 * Who carries the frames, and makes them late or lost. `'netem'`: the kernel. `'tap'` and `'packet'`: JavaScript in this
 * process, over `/dev/net/tun`, or where that is closed to the user over AF_PACKET. `'veth'`: the kernel, without impairments.
 */
export type Backend = 'netem' | 'tap' | 'packet' | 'veth'

/** Gets frames of ethernet, each one packet; the memory is the callee's until it returns. */
export type FrameSink = (frame: Uint8Array) => void

/** What a node's end of a line is to be. */
export interface Plug {
  readonly net: Namespace
  readonly netlink: Netlink
  /** The link's name in there. */
  readonly name: string
  readonly mac: string
  readonly mtu: number
  /** The seed of its line's randomness is derived from that. */
  readonly line: string
}

/** A node's end of a line. */
export interface Port {
  /** From now on what the node sends over it is treated so; what it gets, where there is a rate, comes at that rate. */
  set(line: Line): void
  /** Plugs the cable in or pulls it: the node's link has a carrier or not, and keeps its addresses. */
  carrier(isUp: boolean): void
  setMtu(mtu: number): void
}

/** What carries the frames between the ports of one network. */
export interface Fabric {
  plug(plug: Plug): Promise<Port>
  /** Nothing passes between these pairs any more; what passed between others before passes again. */
  cut(pairs: readonly (readonly [Port, Port])[]): void
  /** Hands out the frames that arrive from nodes, after their lines; returns what ends that. */
  tap(sink: FrameSink): Promise<() => void>
  /** Lets go of what this process holds; its links end with their namespaces. */
  close(): void
  /** The same, and takes the links away. */
  remove(): void
}
