import {
  AF_NETLINK,
  checkKeys,
  eventLoop,
  invalidOption,
  type NamespaceRef,
  type RunningOptions,
  type Source,
  SyscallError,
  succeed,
} from '@ns/syscalls'
import type { Message } from '../codec/message.ts'
import { Netlink } from '../netlink.ts'
import { NETLINK, NETLINK_PROTOCOL } from '../socket/constants.ts'
import { NetlinkSocket } from '../socket/netlink-socket.ts'
import { type EventType, groups, type MonitorEvent, parseEvent } from './event.ts'

/** What to tell of, and by whose right the namespace is entered. */
export interface MonitorOptions extends RunningOptions {
  /** @default all */
  readonly events?: readonly EventType[] | undefined
}

/**
 * Tells of changes in a network namespace, from when it was opened: `for await (const event of monitor)`. The kernel holds what
 * wasn't read yet; when that is too much it is lost, and a `'resync'` with all that there is now comes in its place.
 * Close it, or leave the loop.
 */
export class Monitor implements AsyncIterableIterator<MonitorEvent>, Disposable {
  readonly #socket: NetlinkSocket
  /** For what there is, after an overrun: its answers must not come between the events. */
  readonly #netlink: Netlink
  readonly #events: readonly EventType[]
  #queue: MonitorEvent[] = []
  #wake: (() => void) | undefined

  private constructor(socket: NetlinkSocket, netlink: Netlink, events: readonly EventType[]) {
    this.#socket = socket
    this.#netlink = netlink
    this.#events = events
    // A socket without an address would not be told what the kernel does by itself.
    const address = Buffer.alloc(12) // struct sockaddr_nl
    address.writeUInt16LE(AF_NETLINK)
    succeed({}, 'bind', socket.fd, address, address.length)
    for (const group of events.flatMap((event) => groups[event]))
      socket.set(NETLINK.ADD_MEMBERSHIP, group)
  }

  /**
   * Opens one in a network namespace that exists.
   *
   * @param net the pid of a process in it, a path, an fd, or a handle
   * @throws {NamespaceError} when it is no network namespace, or may not be entered
   */
  static async openInside(net: NamespaceRef, options: MonitorOptions = {}): Promise<Monitor> {
    checkKeys('monitor', options, ['user', 'events'], 'net')
    const { user, events = Object.keys(groups) as EventType[] } = options
    const unknown = events.find((event) => !Object.hasOwn(groups, event))
    if (unknown !== undefined)
      throw invalidOption(`monitor.events: ${unknown} is none of ${Object.keys(groups)}`, 'net')
    const socket = await NetlinkSocket.openInside(NETLINK_PROTOCOL.ROUTE, net, { user })
    let netlink: Netlink | undefined
    try {
      netlink = await Netlink.openInside(net, { user })
      return new Monitor(socket, netlink, events)
    } catch (error) {
      socket.close()
      netlink?.close()
      throw error
    }
  }

  /** The next change; done once it is closed. */
  async next(): Promise<IteratorResult<MonitorEvent, undefined>> {
    while (this.#socket.fd >= 0) {
      const value = this.#queue.shift()
      if (value) return { value, done: false }
      if (!this.#read()) await this.#readable()
    }
    return { value: undefined, done: true }
  }

  /** One datagram; false when there was none. */
  #read(): boolean {
    const messages = this.#receive()
    if (messages === 'overrun') {
      // What is queued is older than what is there now.
      while (this.#receive() !== undefined);
      this.#queue = [{ type: 'resync' }, ...this.#events.flatMap((event) => this.#all(event))]
      return true
    }
    for (const message of messages ?? []) {
      const event = parseEvent(message)
      if (event) this.#queue.push(event)
    }
    return messages !== undefined
  }

  #receive(): readonly Message[] | 'overrun' | undefined {
    try {
      return this.#socket.receive()
    } catch (error) {
      if (error instanceof SyscallError && error.code === 'ENOBUFS') return 'overrun'
      throw error
    }
  }

  #all(type: EventType): MonitorEvent[] {
    const { links, addresses, routes, rules, neighbours } = this.#netlink
    const action = 'new'
    switch (type) {
      case 'link':
        return links.list().map((link) => ({ type, action, link }))
      case 'address':
        return addresses.list().map((address) => ({ type, action, address }))
      case 'route':
        return routes.list({ table: 'all' }).map((route) => ({ type, action, route }))
      case 'rule':
        return rules.list().map((rule) => ({ type, action, rule }))
      case 'neighbour':
        return neighbours.list().map((neighbour) => ({ type, action, neighbour }))
    }
  }

  /** Watched only while somebody waits: what nobody reads stays with the kernel. */
  async #readable(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const source: Source = eventLoop.watch(this.#socket.fd, resolve)
    this.#wake = () => {
      source.close()
      resolve()
    }
    await promise
    source.close()
    this.#wake = undefined
  }

  /** Leaving a `for await` ends it. */
  async return(): Promise<IteratorResult<MonitorEvent, undefined>> {
    this.close()
    return { value: undefined, done: true }
  }

  /** Ends it, also for those who wait; a second time does nothing. */
  close(): void {
    this.#wake?.()
    this.#socket.close()
    this.#netlink.close()
    this.#queue = []
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  [Symbol.dispose](): void {
    this.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
  }
}
