import { checkKeys, invalidOption } from '@ns/syscalls'
import { type Attribute, bytes, u32 } from '../codec/attribute.ts'
import { NLM_F } from '../codec/constants.ts'
import { NetlinkError } from '../errors/netlink-error.ts'
import type { LinkRef } from '../links/link.ts'
import type { Links } from '../links/links.ts'
import { RT_TABLE, RTA } from '../rtnetlink/constants.ts'
import { rtmsg } from '../rtnetlink/headers.ts'
import { rtm } from '../rtnetlink/request.ts'
import type { NetlinkSocket } from '../socket/netlink-socket.ts'
import { AF, type Family, familyNumber, parseIp } from '../text/ip.ts'
import { encodeRoute, type NewRoute } from './new-route.ts'
import { parseRoute, type Route } from './route.ts'

/** RTM_F_LOOKUP_TABLE: the answer names the table that was used. IPv6 does so anyway, and refuses the flag. */
const LOOKUP_TABLE = 0x1000

/** Which routes are wanted. */
export interface RouteFilter {
  readonly family?: Family | undefined
  /** @default 254, the main one */
  readonly table?: number | 'all' | undefined
  /** The link that they lead out of. */
  readonly dev?: LinkRef | undefined
}

/** What a route is asked for. */
export interface RouteQuery {
  readonly source?: string | undefined
  /** The link to leave by. */
  readonly dev?: LinkRef | undefined
  /** The firewall mark. */
  readonly mark?: number | undefined
}

/** Routes. */
export class Routes {
  readonly #socket: NetlinkSocket
  readonly #links: Links

  constructor(socket: NetlinkSocket, links: Links) {
    this.#socket = socket
    this.#links = links
  }

  /** Those of the main table, or of another; of both families. */
  list(filter: RouteFilter = {}): Route[] {
    checkKeys('routes', filter, ['family', 'table', 'dev'], 'net')
    const { family, table = RT_TABLE.MAIN, dev } = filter
    const attributes = [
      ...(table === 'all' ? [] : [u32(RTA, 'TABLE', table)]),
      ...(dev === undefined ? [] : [u32(RTA, 'OIF', this.#links.index(dev))]),
    ]
    const header = rtmsg({ family: familyNumber(family) })
    return this.#dump(header, attributes).filter(
      (route) => table === 'all' || route.table === table,
    )
  }

  /** The kernel refuses a table that nothing was ever put into: it has no routes. */
  #dump(header: Buffer, attributes: readonly Attribute[]): Route[] {
    try {
      return this.#socket
        .dump(rtm('GETROUTE', { header, attributes }))
        .filter(({ payload }) => payload[0] === AF.INET || payload[0] === AF.INET6)
        .map((message) => parseRoute(message))
    } catch (error) {
      if (error instanceof NetlinkError && error.code === 'ENOENT') return []
      throw error
    }
  }

  /**
   * The route that a packet to this address would take.
   *
   * @throws {NetlinkError} `ENETUNREACH` when there is none, `EHOSTUNREACH` or `EACCES` by the type of one that forbids it
   */
  get(address: string, query: RouteQuery = {}): Route {
    checkKeys('query', query, ['source', 'dev', 'mark'], 'net')
    const { source, dev, mark } = query
    const target = parseIp('address', address)
    const bits = target.bytes.length * 8
    const from = source === undefined ? undefined : parseIp('query.source', source)
    if (from && from.family !== target.family)
      throw invalidOption('query.source: another family than the address', 'net')
    const header = rtmsg({
      family: target.family,
      destination: bits,
      source: from ? bits : 0,
      flags: target.family === AF.INET ? LOOKUP_TABLE : 0,
    })
    const attributes = [
      bytes(RTA, 'DST', target.bytes),
      ...(from ? [bytes(RTA, 'SRC', from.bytes)] : []),
      ...(dev === undefined ? [] : [u32(RTA, 'OIF', this.#links.index(dev))]),
      ...(mark === undefined ? [] : [u32(RTA, 'MARK', mark)]),
    ]
    const [message] = this.#socket.request(
      rtm('GETROUTE', { header, attributes, subject: address }),
    )
    if (message) return parseRoute(message)
    throw new NetlinkError({ errno: 'ENODATA', call: 'RTM_GETROUTE', path: address })
  }

  /**
   * Adds a route.
   *
   * @throws {NetlinkError} `EEXIST` when there is one to that destination with this metric
   */
  add(route: NewRoute): void {
    this.#change('NEWROUTE', route, NLM_F.CREATE | NLM_F.EXCL)
  }

  /** Adds a route, in the place of one to that destination with this metric. */
  ensure(route: NewRoute): void {
    this.#change('NEWROUTE', route, NLM_F.CREATE | NLM_F.REPLACE)
  }

  /**
   * Takes a route away: the first with this destination and table, and with whatever else is given.
   *
   * @throws {NetlinkError} `ESRCH` when there is none
   */
  remove(route: NewRoute): void {
    this.#change('DELROUTE', route, 0)
  }

  #change(name: 'NEWROUTE' | 'DELROUTE', route: NewRoute, flags: number): void {
    const { header, attributes } = encodeRoute(route, (ref) => this.#links.index(ref))
    if (name === 'DELROUTE') widen(header, route)
    this.#socket.request(rtm(name, { header, attributes, flags, subject: route.destination }))
  }
}

/** What wasn't asked for doesn't count when a route is looked for: RT_SCOPE_NOWHERE, no type, no protocol. */
function widen(header: Buffer, { scope, type, protocol }: NewRoute): void {
  if (protocol === undefined) header.writeUInt8(0, 5)
  if (scope === undefined) header.writeUInt8(255, 6)
  if (type === undefined) header.writeUInt8(0, 7)
}
