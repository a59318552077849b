import { addChain, addRule, addTable, match, statement } from '@ns/netlink'
import type { Node } from '../node/node.ts'

const table = { family: 'inet', name: 'ns-lab' } as const

/** What leaves by this link has the router's own address there. */
export async function masquerade(router: Node, dev: string): Promise<void> {
  using nft = await router.nftables()
  nft.apply([
    addTable(table),
    addChain(table, 'nat', { type: 'nat', hook: 'postrouting' }),
    addRule(table, 'nat', [match.output(dev), statement.masquerade]),
  ])
}
