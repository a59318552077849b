import { NFT_PAYLOAD } from './constants.ts'
import { compare, load, meta, type Statement } from './expression.ts'
import { isFamily, places } from './network-header.ts'

// What of a packet is looked up in a map: it is loaded, and the packet has to have it.

/** The source address, of IPv4 or IPv6. */
export function source(family: 'ip' | 'ip6'): Statement {
  return address(family, 'source')
}

/** The destination address, of IPv4 or IPv6. */
export function destination(family: 'ip' | 'ip6'): Statement {
  return address(family, 'destination')
}

/** The destination port of TCP or UDP. */
export function port(protocol: 'tcp' | 'udp'): Statement {
  const number = { tcp: 6, udp: 17 }[protocol]
  return [meta('L4PROTO'), compare('EQ', Buffer.from([number])), load(NFT_PAYLOAD.TRANSPORT, 2, 2)]
}

/** The link that it came in by. */
export const input: Statement = [meta('IIFNAME')]

/** The link that it leaves by. */
export const output: Statement = [meta('OIFNAME')]

/** The firewall mark. */
export const mark: Statement = [meta('MARK')]

function address(family: 'ip' | 'ip6', which: 'source' | 'destination'): Statement {
  const { offset, size } = places[family][which]
  return [...isFamily(family), load(NFT_PAYLOAD.NETWORK, offset, size)]
}
