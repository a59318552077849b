/**
 * rtnetlink for Node.js: links, addresses, routes and more of one network namespace, without a helper program.
 *
 * Isolates nothing by itself: it changes the network namespace that it was opened in.
 * A socket stays in that namespace for life, whoever uses it: nothing is entered, and no callback runs inside.
 *
 * ```ts
 * import { Netlink, veth } from '@ns/netlink'
 *
 * using netlink = await Netlink.openInside(pid)
 * netlink.links.add(veth({ name: 'a', up: true, peer: { name: 'b', up: true } }))
 * netlink.addresses.add({ dev: 'a', address: '10.0.0.1/24' })
 * ```
 *
 * @packageDocumentation
 */

export type { NamespaceRef, RunningOptions } from '@ns/syscalls'
export type { Address } from './addresses/address.ts'
export { Addresses } from './addresses/addresses.ts'
export type { NewAddress, Scope } from './addresses/new-address.ts'
export * from './codec/attribute.ts'
export { Attributes, type Received } from './codec/attributes.ts'
export { NLM_F, NLMSG } from './codec/constants.ts'
export { decodeMessages, type Message, type Request, splitPayload } from './codec/message.ts'
export { type Allowed, NetlinkError, type NetlinkErrorDetails } from './errors/netlink-error.ts'
export * from './links/kinds/bridge.ts'
export * from './links/kinds/masters.ts'
export * from './links/kinds/stacked.ts'
export * from './links/kinds/standalone.ts'
export * from './links/kinds/veth.ts'
export * from './links/kinds/vxlan.ts'
export type { Link, LinkRef, OperState } from './links/link.ts'
export { Links } from './links/links.ts'
export type { LinkChanges, LinkSettings, NewLink } from './links/new-link.ts'
export type { Statistics } from './links/statistics.ts'
export { openTunInside, TunDevice, type TunOptions } from './links/tun.ts'
export type { EventType, MonitorEvent } from './monitor/event.ts'
export { Monitor, type MonitorOptions } from './monitor/monitor.ts'
export { Fdb, type FdbEntry, type NewFdbEntry } from './neighbours/fdb.ts'
export type { NeighbourState } from './neighbours/ndmsg.ts'
export { type Neighbour, Neighbours, type NewNeighbour } from './neighbours/neighbours.ts'
export { Netlink } from './netlink.ts'
export {
  addChain,
  addRule,
  addTable,
  type Change,
  deleteRules,
  deleteTable,
  type Hook,
  type Table,
} from './nftables/change.ts'
export type { Expression, Statement } from './nftables/expression.ts'
export * as key from './nftables/key.ts'
export {
  addEntries,
  addMap,
  deleteEntries,
  type MapEntry,
  type MapKind,
  type NftMap,
} from './nftables/map.ts'
export * as match from './nftables/match.ts'
export { Nftables, type Rule } from './nftables/nftables.ts'
export { type AddressSet, addElements, addSet, deleteElements } from './nftables/set.ts'
export * as statement from './nftables/statements.ts'
export type { Verdict } from './nftables/verdict.ts'
export { NetnsIds } from './nsids/nsids.ts'
export { type Applied, PlanError, type PlanStep } from './plan/plan.ts'
export type { NewNextHop, NewRoute } from './routes/new-route.ts'
export { type NextHopMember, type NextHopObject, NextHops } from './routes/next-hops.ts'
export type { Metrics, NextHop, Route, RouteType } from './routes/route.ts'
export { type RouteFilter, type RouteQuery, Routes } from './routes/routes.ts'
export type { Range, RoutingRule } from './rules/rule.ts'
export { Rules } from './rules/rules.ts'
export { NETLINK_PROTOCOL } from './socket/constants.ts'
export type { Reply } from './socket/exchange.ts'
export { NetlinkSocket } from './socket/netlink-socket.ts'
export { type Cidr, type Family, formatIp, type Ip, parseCidr, parseIp } from './text/ip.ts'
export { checkName } from './text/name.ts'
export type { Discipline, Place, QueueState, QueueStatistics } from './traffic/discipline.ts'
export { type Filter, type FilterPlace, Filters, type NewFilter } from './traffic/filters.ts'
export { type NetemOptions, netem } from './traffic/netem.ts'
export { Queues } from './traffic/queues.ts'
export * from './traffic/shapers.ts'
export { type Handle, type Parent, TCA } from './traffic/tcmsg.ts'
export { type MirredTarget, type U32Match, type U32Options, u32Filter } from './traffic/u32.ts'
