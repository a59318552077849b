import type { NamespaceRef, RunningOptions } from '@ns/syscalls'
import { Addresses } from './addresses/addresses.ts'
import type { Message, Request } from './codec/message.ts'
import { Links } from './links/links.ts'
import { Fdb } from './neighbours/fdb.ts'
import { Neighbours } from './neighbours/neighbours.ts'
import { NetnsIds } from './nsids/nsids.ts'
import { type Applied, apply, type PlanStep } from './plan/plan.ts'
import { NextHops } from './routes/next-hops.ts'
import { Routes } from './routes/routes.ts'
import { Rules } from './rules/rules.ts'
import { NETLINK_PROTOCOL } from './socket/constants.ts'
import { NetlinkSocket } from './socket/netlink-socket.ts'
import { Filters } from './traffic/filters.ts'
import { Queues } from './traffic/queues.ts'

/**
 * A client of rtnetlink, for its life bound to one network namespace. Close it, or let `using` do so.
 *
 * All calls are synchronous: the kernel answers within them (see `NetlinkSocket`).
 */
export class Netlink {
  readonly socket: NetlinkSocket
  readonly links: Links
  readonly addresses: Addresses
  readonly routes: Routes
  readonly nextHops: NextHops
  readonly rules: Rules
  readonly neighbours: Neighbours
  readonly fdb: Fdb
  readonly netnsIds: NetnsIds
  readonly qdiscs: Queues
  readonly classes: Queues
  readonly filters: Filters

  private constructor(socket: NetlinkSocket) {
    this.socket = socket
    this.links = new Links(socket)
    this.addresses = new Addresses(socket, this.links)
    this.routes = new Routes(socket, this.links)
    this.nextHops = new NextHops(socket, this.links)
    this.rules = new Rules(socket)
    this.neighbours = new Neighbours(socket, this.links)
    this.fdb = new Fdb(socket, this.links)
    this.netnsIds = new NetnsIds(socket)
    this.qdiscs = new Queues(socket, this.links, 'qdisc')
    this.classes = new Queues(socket, this.links, 'class')
    this.filters = new Filters(socket, this.links)
  }

  /** A client of the calling thread's own network namespace. */
  static open(): Netlink {
    return new Netlink(NetlinkSocket.open(NETLINK_PROTOCOL.ROUTE))
  }

  /**
   * A client of a network namespace that exists. Nobody enters it but a short-lived process that opens the socket.
   *
   * @param net the pid of a process in it, a path, an fd, or a handle
   * @throws {NamespaceError} when it is no network namespace, or may not be entered
   */
  static async openInside(net: NamespaceRef, options: RunningOptions = {}): Promise<Netlink> {
    return new Netlink(await NetlinkSocket.openInside(NETLINK_PROTOCOL.ROUTE, net, options))
  }

  /**
   * Carries out all of a plan, in its order, or nothing: what was done before a step failed is taken back.
   *
   * @throws {PlanError} with the step and the cause
   */
  apply(plan: readonly PlanStep[]): Applied {
    return apply(this, plan)
  }

  /** A client by a socket of NETLINK_ROUTE that was opened elsewhere; it is taken over. */
  static from(fd: number): Netlink {
    return new Netlink(NetlinkSocket.from(NETLINK_PROTOCOL.ROUTE, fd))
  }

  /** Has any message of rtnetlink carried out: for what has no method here. */
  request(request: Request): readonly Message[] {
    return this.socket.request(request)
  }

  /** Asks for all objects of a kind: for what has no method here. */
  dump(request: Request): Message[] {
    return this.socket.dump(request)
  }

  /** Closes the socket; a second time does nothing. */
  close(): void {
    this.socket.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }
}
