import type { NamespaceRef, RunningOptions } from '@ns/syscalls'

/** An interface of a network namespace. */
export interface Interface {
  readonly index: number
  readonly name: string
  /** Whether it is switched on; not whether it has a carrier. */
  readonly up: boolean
  /** Bytes. */
  readonly mtu: number
  /** `'02:42:ac:11:00:02'`; empty for interfaces without one. */
  readonly mac: string
  /** With prefix length: `'127.0.0.1/8'`, `'::1/128'`. */
  readonly addresses: readonly string[]
}

/**
 * The interfaces of a running network namespace. A netlink socket is opened inside and used from here.
 *
 * @throws {NamespaceError} when it isn't one, or may not be entered
 */
export async function readInterfaces(
  ref: NamespaceRef,
  options: RunningOptions = {},
): Promise<Interface[]> {
  // Not loaded before it is needed: a start doesn't.
  const { Netlink } = await import('@ns/netlink')
  using netlink = await Netlink.openInside(ref, options)
  const addresses = netlink.addresses.list()
  return netlink.links.list().map(({ index, name, up, mtu, mac }) => {
    const own = addresses.filter((address) => address.index === index)
    return { index, name, up, mtu, mac, addresses: own.map(({ address }) => address) }
  })
}
