import { type Address, parseAddress } from '../addresses/address.ts'
import type { Message } from '../codec/message.ts'
import { type Link, parseLink } from '../links/link.ts'
import { type Neighbour, parseNeighbour } from '../neighbours/neighbours.ts'
import { parseRoute, type Route } from '../routes/route.ts'
import { RTM } from '../rtnetlink/constants.ts'
import { parseRule, type RoutingRule } from '../rules/rule.ts'
import { AF } from '../text/ip.ts'

/** What is told of. */
export type EventType = 'link' | 'address' | 'route' | 'rule' | 'neighbour'

/** A change: `'new'` is what it is from now on, `'remove'` what it was. */
export type MonitorEvent =
  | { readonly type: 'link'; readonly action: 'new' | 'remove'; readonly link: Link }
  | { readonly type: 'address'; readonly action: 'new' | 'remove'; readonly address: Address }
  | { readonly type: 'route'; readonly action: 'new' | 'remove'; readonly route: Route }
  | { readonly type: 'rule'; readonly action: 'new' | 'remove'; readonly rule: RoutingRule }
  | { readonly type: 'neighbour'; readonly action: 'new' | 'remove'; readonly neighbour: Neighbour }
  /** Changes were lost: forget what you know, all there is now follows as `'new'`. */
  | { readonly type: 'resync' }

/** `RTNLGRP_…` of `include/uapi/linux/rtnetlink.h` */
export const groups: Readonly<Record<EventType, readonly number[]>> = {
  link: [1],
  neighbour: [3],
  address: [5, 9],
  route: [7, 11],
  rule: [8, 19],
}

/** Reads a notification; what is of no type that is told of gives nothing. */
export function parseEvent(message: Message): MonitorEvent | undefined {
  const family = message.payload[0]
  const action = message.type % 4 === 0 ? 'new' : 'remove' // of everything NEW, DEL, GET and SET, in this order
  if (message.type === RTM.NEWLINK || message.type === RTM.DELLINK)
    // Of AF_BRIDGE: news of a bridge's port; a link that leaves its bridge is none that is gone.
    return family === AF.UNSPEC ? { type: 'link', action, link: parseLink(message) } : undefined
  if (family !== AF.INET && family !== AF.INET6) return undefined
  switch (message.type) {
    case RTM.NEWADDR:
    case RTM.DELADDR:
      return { type: 'address', action, address: parseAddress(message) }
    case RTM.NEWROUTE:
    case RTM.DELROUTE:
      return { type: 'route', action, route: parseRoute(message) }
    case RTM.NEWRULE:
    case RTM.DELRULE:
      return { type: 'rule', action, rule: parseRule(message) }
    case RTM.NEWNEIGH:
    case RTM.DELNEIGH:
      return { type: 'neighbour', action, neighbour: parseNeighbour(message) }
    default:
      return undefined
  }
}
