import type { NamespaceRef, RunningOptions } from '@ns/syscalls'
import { Addresses } from './addresses/addresses.ts'
import type { Message, Request } from './codec/message.ts'
import { Links } from './links/links.ts'
import { Routes } from './routes/routes.ts'
import { NETLINK_PROTOCOL } from './socket/constants.ts'
import { NetlinkSocket } from './socket/netlink-socket.ts'

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

  private constructor(socket: NetlinkSocket) {
    this.socket = socket
    this.links = new Links(socket)
    this.addresses = new Addresses(socket, this.links)
    this.routes = new Routes(socket, this.links)
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
