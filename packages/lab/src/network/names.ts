import type { Node } from '../node/node.ts'
import type { Network } from './network.ts'

/** The addresses of all nodes as one of them is to try them: those in a network that it is in come first. */
export function namesFor(
  node: Node,
  nodes: Iterable<Node>,
  networks: readonly Network[],
): Map<string, readonly string[]> {
  const shared = new Set(
    networks
      .filter((network) => network.nodes.includes(node))
      .flatMap(({ members }) => members.flatMap(({ addresses }) => addresses))
      .map(({ address }) => address),
  )
  const inOrder = (addresses: readonly string[]) => [
    ...addresses.filter((address) => shared.has(address)),
    ...addresses.filter((address) => !shared.has(address)),
  ]
  return new Map([...nodes].map((other) => [other.name, inOrder(other.addresses)]))
}
