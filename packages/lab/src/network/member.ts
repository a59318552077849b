import type { Address } from '../addresses.ts'
import type { Port } from '../backends/fabric.ts'
import type { Line } from '../impairment.ts'
import type { Node } from '../node/node.ts'

/** @internal A node's place in a network. */
export interface Member {
  readonly node: Node
  readonly dev: string
  readonly addresses: readonly Address[]
  readonly port: Port
  line: Line
}

/** The first name of a link that a node has not yet. */
export function freeName({ netlink }: Node): string {
  const taken = new Set(netlink.links.list().map(({ name }) => name))
  for (let number = 0; ; number++) if (!taken.has(`eth${number}`)) return `eth${number}`
}

/** Locally administered: of the network, and of the place in it. */
export function macOf(network: number, place: number): string {
  const bytes = [0x02, 0x6c, 0x62, network >> 8, network & 255, place]
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':')
}
