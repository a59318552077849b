import type { Node } from '../node/node.ts'
import type { Member } from './member.ts'
import type { Network } from './network.ts'

/** A way to a network that a node isn't in. */
export interface Way {
  readonly destination: string
  readonly gateway: string
}

interface Step {
  readonly network: Network
  /** The router in the first network that leads there. */
  readonly via: Member | undefined
}

/**
 * The ways of a node to all networks that routers lead to, by as few of them as possible. From outside no way leads
 * through a router with NAT.
 */
export function waysOf(node: Node, networks: readonly Network[]): Way[] {
  const own = networks.filter((network) => memberOf(network, node))
  const seen = new Set(own)
  const queue: Step[] = own.map((network) => ({ network, via: undefined }))
  const ways: Way[] = []
  for (let step = queue.shift(); step; step = queue.shift()) {
    const { network, via } = step
    for (const router of network.members) {
      const { routing } = router.node
      if (router.node === node || !routing || routing.nat === network.name) continue
      for (const next of networks) {
        if (seen.has(next) || !memberOf(next, router.node)) continue
        seen.add(next)
        const first = via ?? router
        queue.push({ network: next, via: first })
        ways.push(...waysTo(next, first))
      }
    }
  }
  return ways
}

function waysTo(network: Network, via: Member): Way[] {
  const found = new Map<string, Way>()
  for (const { subnet, family } of network.members.flatMap(({ addresses }) => addresses)) {
    const gateway = via.addresses.find((address) => address.family === family)?.address
    if (gateway) found.set(subnet, { destination: subnet, gateway })
  }
  return [...found.values()]
}

function memberOf({ members }: Network, node: Node): Member | undefined {
  return members.find((member) => member.node === node)
}
