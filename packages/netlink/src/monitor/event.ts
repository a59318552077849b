import type { Address } from '../addresses/address.ts'
import { parseAddress } from '../addresses/address.ts'
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
  const isIp = family === AF.INET || family === AF.INET6
  switch (message.type) {
    case RTM.NEWLINK:
    case RTM.DELLINK: {
      // Of AF_BRIDGE: news of a bridge's port; a link that leaves its bridge is none that is gone.
      if (family !== AF.UNSPEC) return undefined
      const action = message.type === RTM.NEWLINK ? 'new' : 'remove'
      return { type: 'link', action, link: parseLink(message) }
    }
    case RTM.NEWADDR:
    case RTM.DELADDR: {
      const action = message.type === RTM.NEWADDR ? 'new' : 'remove'
      return isIp ? { type: 'address', action, address: parseAddress(message) } : undefined
    }
    case RTM.NEWROUTE:
    case RTM.DELROUTE: {
      const action = message.type === RTM.NEWROUTE ? 'new' : 'remove'
      return isIp ? { type: 'route', action, route: parseRoute(message) } : undefined
    }
    case RTM.NEWRULE:
    case RTM.DELRULE: {
      const action = message.type === RTM.NEWRULE ? 'new' : 'remove'
      return isIp ? { type: 'rule', action, rule: parseRule(message) } : undefined
    }
    case RTM.NEWNEIGH:
    case RTM.DELNEIGH: {
      const action = message.type === RTM.NEWNEIGH ? 'new' : 'remove'
      return isIp ? { type: 'neighbour', action, neighbour: parseNeighbour(message) } : undefined
    }
    default:
      return undefined
  }
}
