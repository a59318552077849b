import type { Netlink } from '@ns/netlink'
import { close, type Namespace, undoAll } from '@ns/syscalls'
import { namespaceOfSocket } from '../create.ts'
import { NetNs } from '../net-ns/net-ns.ts'
import { addAddresses } from '../recipes/ends.ts'
import type { Forward } from '../recipes/forward.ts'
import type { ForwardOptions } from '../recipes/forward-options.ts'
import { keptAddresses, move } from '../recipes/move.ts'
import type { UserMode } from '../user-mode/user-mode.ts'
import type { InterfaceOptions, WiringOptions } from './options.ts'

/** What one start makes, and what it needs to undo that. */
export class Wiring {
  readonly #options: WiringOptions
  /** The child's netlink socket, from its arrival until it is used. */
  #fd: number | undefined
  #outside: Netlink | undefined
  /** The namespace inside, open as long as something of it has to come back. */
  #inside: Netlink | undefined
  readonly #made: number[] = []
  readonly #moved: Moved[] = []
  #userMode: UserMode | undefined
  readonly #forwards: Pick<Forward, 'close'>[] = []
  #isReleased = false

  constructor(options: WiringOptions) {
    this.#options = options
  }

  /** Takes over a socket of NETLINK_ROUTE that the child has opened in its namespace. */
  take(fd: number): void {
    if (this.#isReleased) close(fd)
    else this.#fd = fd
  }

  /** Makes all of it while the child waits. What fails is undone by `release`. */
  async make(): Promise<void> {
    const { Netlink, veth } = await import('@ns/netlink')
    const { interfaces = [], routes = [], forwards = [], outside } = this.#options
    const fd = this.#fd
    if (this.#isReleased) return // the child has ended meanwhile
    if (fd === undefined) throw new Error('net: the child has sent no netlink socket')
    this.#fd = undefined
    this.#inside = Netlink.from(fd)
    const inside = this.#inside
    using namespace = namespaceOfSocket(inside.socket.fd)
    if (interfaces.length > 0) {
      const opened = outside === undefined ? Netlink.open() : await openOther(outside)
      if (this.#isReleased) return opened.close()
      this.#outside = opened
      for (const one of interfaces)
        if (one.move === undefined) this.#makePair(inside, opened, namespace, veth, one)
        else this.#move(inside, opened, namespace, one, one.move)
    }
    if (this.#options.userMode) await this.#startUserMode(namespace, this.#options.userMode)
    for (const route of routes) inside.routes.add(route)
    for (const forward of forwards) await this.#forward(namespace, forward)
    if (this.#moved.length > 0) return
    // Nothing has to come back: the namespace ends with its processes.
    this.#inside = undefined
    inside.close()
  }

  #move(
    inside: Netlink,
    outside: Netlink,
    netns: Namespace,
    { name, addresses, mtu }: InterfaceOptions,
    link: string,
  ): void {
    const home = namespaceOfSocket(outside.socket.fd)
    try {
      const was = outside.links.get(link)
      const its = keptAddresses(outside, was.index)
      const to = { netlink: inside, netns }
      const index = move(outside, link, to, { name, addresses, mtu }, home)
      inside.links.set(index, { up: true })
      this.#moved.push({ index, name: was.name, up: was.up, mtu: was.mtu, addresses: its, home })
    } catch (error) {
      home.close()
      throw error
    }
  }

  async #startUserMode(
    namespace: Namespace,
    options: NonNullable<WiringOptions['userMode']>,
  ): Promise<void> {
    using ns = NetNs.open(namespace)
    const started = await ns.userMode(typeof options === 'object' ? options : {})
    if (this.#isReleased) started.kill()
    else this.#userMode = started
  }

  async #forward(namespace: Namespace, forward: ForwardOptions): Promise<void> {
    const { outside } = this.#options
    const ns = NetNs.open(namespace)
    try {
      const { forwardPort } = await import('../recipes/forward.ts')
      using other = outside === undefined ? undefined : NetNs.open(outside)
      const opened = await forwardPort(ns, forward, other)
      const close = () => {
        opened.close()
        ns.close()
      }
      if (this.#isReleased) return close()
      opened.unref() // the child holds the event loop, if it is to be held
      this.#forwards.push({ close })
    } catch (error) {
      ns.close()
      throw error
    }
  }

  #makePair(
    inside: Netlink,
    outside: Netlink,
    netns: Namespace,
    veth: typeof import('@ns/netlink').veth,
    { name, addresses = [], mtu, mac, peer = {} }: InterfaceOptions,
  ): void {
    const own = { name: peer.name ?? 'veth%d', mtu, master: peer.bridge }
    // Its other end is born inside: it never has a name out here that could be taken.
    const { index } = outside.links.add(veth({ ...own, peer: { name, mtu, mac, netns } }))
    this.#made.push(index)
    outside.links.set(index, { up: true })
    inside.links.set(name, { up: true })
    // Usable before the command runs: IPv6 would look for others who have the address for a second.
    for (const address of peer.addresses ?? [])
      outside.addresses.add({ dev: index, address, noDad: true })
    for (const address of addresses) inside.addresses.add({ dev: name, address, noDad: true })
  }

  /** Takes the links away. They would go with the namespace, but later, or never if somebody holds it. */
  release(): void {
    this.#isReleased = true
    if (this.#fd !== undefined) close(this.#fd)
    this.#fd = undefined
    const [outside, inside] = [this.#outside, this.#inside]
    this.#outside = undefined
    this.#inside = undefined
    for (const forward of this.#forwards.splice(0)) forward.close()
    this.#userMode?.kill()
    this.#userMode = undefined
    const [moved, made] = [this.#moved.splice(0), this.#made.splice(0)]
    try {
      undoAll([
        ...moved.map((link) => () => moveBack(inside as Netlink, outside as Netlink, link)),
        ...made.map((index) => () => removeLink(outside as Netlink, index)),
      ])
    } finally {
      outside?.close()
      inside?.close()
    }
  }
}

/** It may be gone: with its other end, or by somebody else. */
function removeLink({ links }: Netlink, index: number): void {
  try {
    links.remove(index)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENODEV') throw error
  }
}

/** A link that has to go back. */
interface Moved {
  /** Inside. */
  readonly index: number
  readonly name: string
  readonly up: boolean
  readonly mtu: number
  readonly addresses: readonly string[]
  readonly home: Namespace
}

/** With its name, unless that was given to another meanwhile. What was inside may have taken it away. */
function moveBack(inside: Netlink, outside: Netlink, moved: Moved): void {
  using home = moved.home
  const { name, up, mtu, addresses } = moved
  try {
    const isFree = outside.links.find(name) === undefined
    // A name that the kernel numbers: nothing can be asked by that, so the index is asked for as well.
    const back = isFree ? name : 'back%d'
    const before = new Set(outside.links.list().map(({ index }) => index))
    inside.links.set(moved.index, { netns: home, name: back, mtu })
    const index = outside.links.list().find((link) => !before.has(link.index))?.index
    if (index === undefined) return
    outside.links.set(index, { up })
    addAddresses(outside, index, addresses)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENODEV') throw error
  }
}

async function openOther(outside: NonNullable<WiringOptions['outside']>): Promise<Netlink> {
  using ns = NetNs.open(outside)
  return await ns.netlink()
}
