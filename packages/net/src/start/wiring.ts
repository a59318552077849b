import type { Netlink } from '@ns/netlink'
import { close, descriptor, Namespace } from '@ns/syscalls'
import { SIOCGSKNS } from '../constants.ts'
import { NetNs } from '../net-ns.ts'
import type { InterfaceOptions, WiringOptions } from './options.ts'

/** What one start makes, and what it needs to undo that. */
export class Wiring {
  readonly #options: WiringOptions
  /** The child's netlink socket, from its arrival until it is used. */
  #fd: number | undefined
  #outside: Netlink | undefined
  readonly #made: number[] = []
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
    const { interfaces = [], routes = [], outside } = this.#options
    const fd = this.#fd
    if (this.#isReleased) return // the child has ended meanwhile
    if (fd === undefined) throw new Error('net: the child has sent no netlink socket')
    this.#fd = undefined
    using inside = Netlink.from(fd)
    if (interfaces.length > 0) {
      const opened = outside === undefined ? Netlink.open() : await openOther(outside)
      if (this.#isReleased) return opened.close()
      this.#outside = opened
      using namespace = namespaceOf(inside.socket.fd)
      for (const one of interfaces) this.#makePair(inside, opened, namespace, veth, one)
    }
    for (const route of routes) inside.routes.add(route)
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
    const outside = this.#outside
    this.#outside = undefined
    try {
      for (const index of this.#made.splice(0)) removeLink(outside as Netlink, index)
    } finally {
      outside?.close()
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

async function openOther(outside: NonNullable<WiringOptions['outside']>): Promise<Netlink> {
  using ns = NetNs.open(outside)
  return await ns.netlink()
}

/** The network namespace that a socket belongs to: nobody has to look at the child for it. */
function namespaceOf(socket: number): Namespace {
  const fd = descriptor({}, 'ioctl', socket, SIOCGSKNS, 0)
  try {
    return Namespace.open('net', { fd })
  } finally {
    close(fd)
  }
}
