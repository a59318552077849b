import { checkKeys, invalidOption } from '@ns/syscalls'
import type { NetNs } from '../net-ns/net-ns.ts'
import { addAddresses, type LinkEnd, makePair, type PairOptions } from './ends.ts'

const endKeys = ['ns', 'name', 'addresses', 'mac']

/** Brings `lo` up: 127.0.0.1 and ::1 answer then. One that is up stays as it is. */
export async function loopbackUp(ns: NetNs): Promise<void> {
  using netlink = await ns.netlink()
  if (!netlink.links.get('lo').up) netlink.links.set('lo', { up: true })
}

/**
 * Connects two namespaces, or one with itself: a link in each, up and with addresses. Both need the same owner, or the
 * caller privilege over both.
 *
 * @throws {NetlinkError} `EEXIST` when a name is taken; then there is nothing of it
 */
export async function vethPair(
  first: LinkEnd,
  second: LinkEnd,
  options: PairOptions = {},
): Promise<void> {
  for (const end of [first, second]) checkKeys('vethPair', end, endKeys, 'net')
  checkKeys('vethPair', options, ['mtu'], 'net')
  const { veth } = await import('@ns/netlink')
  using here = await first.ns.netlink()
  using there = await second.ns.netlink()
  makePair(veth, [first, second], [here, there], options)
}

/** A switch, and who is connected to it. */
export interface BridgeOptions extends PairOptions {
  /** At most 15 bytes. */
  readonly name: string
  /** Of the bridge itself. */
  readonly addresses?: readonly string[] | undefined
  /** A link in each namespace, whose other end is in the bridge; or the names of links that are there. */
  readonly members?: readonly (LinkEnd | string)[] | undefined
}

/**
 * Makes a bridge and connects namespaces to it; the ends in it have names by the kernel.
 *
 * @throws {NetlinkError} `EEXIST` when a name is taken; then there is nothing of it
 */
export async function bridgeWith(ns: NetNs, options: BridgeOptions): Promise<void> {
  checkKeys('bridgeWith', options, ['name', 'addresses', 'members', 'mtu'], 'net')
  const { name, addresses, members = [], mtu } = options
  const { bridge, veth } = await import('@ns/netlink')
  using netlink = await ns.netlink()
  const { index } = netlink.links.add(bridge({ name, mtu, up: true }))
  const undo = [() => netlink.links.remove(index)]
  try {
    addAddresses(netlink, index, addresses)
    for (const member of members) {
      if (typeof member === 'string') {
        const { master = null } = netlink.links.get(member)
        netlink.links.set(member, { master: name })
        undo.push(() => netlink.links.set(member, { master }))
        continue
      }
      checkKeys('bridgeWith.members', member, endKeys, 'net')
      using there = await member.ns.netlink()
      const own = { ns, name: 'veth%d' }
      const made = makePair(veth, [own, member], [netlink, there], { mtu, master: name })
      undo.push(() => netlink.links.remove(made))
    }
  } catch (error) {
    for (const take of undo.reverse()) take()
    throw error
  }
}

/** What becomes of a link that is moved. */
export interface MoveOptions {
  /** @default the one that it has */
  readonly name?: string | undefined
  /** Instead of those that it has. */
  readonly addresses?: readonly string[] | undefined
  /** Bytes. @default what it has */
  readonly mtu?: number | undefined
}

/**
 * Moves a link to another namespace. The kernel takes it down and its addresses away; here it is as it was: up or down, and
 * with its addresses unless others are given. Routes are lost. A virtual link vanishes with the namespace that it is in,
 * hardware goes back to the machine's first.
 *
 * @throws {NetlinkError} `EEXIST` when the name is taken there, `EINVAL` for links that can't be moved (`lo`, bridges); then it
 * is where it was
 */
export async function moveLink(
  from: NetNs,
  link: string,
  to: NetNs,
  options: MoveOptions = {},
): Promise<void> {
  checkKeys('moveLink', options, ['name', 'addresses', 'mtu'], 'net')
  if (from.equals(to)) throw invalidOption('moveLink: it is there already', 'net')
  const { move } = await import('./move.ts')
  using here = await from.netlink()
  using there = await to.netlink()
  move(here, link, { netlink: there, netns: to.namespace }, options, from.namespace)
}

/**
 * Sets the default route, of IPv4 or IPv6 as the gateway is.
 *
 * @throws {NetlinkError} `ENETUNREACH` when the gateway is on no link
 */
export async function defaultRoute(
  ns: NetNs,
  gateway: string,
  options: { readonly dev?: string | undefined; readonly metric?: number | undefined } = {},
): Promise<void> {
  checkKeys('defaultRoute', options, ['dev', 'metric'], 'net')
  using netlink = await ns.netlink()
  netlink.routes.ensure({ destination: 'default', gateway, ...options })
}
