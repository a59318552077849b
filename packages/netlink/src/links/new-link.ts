import { checkKeys, invalidOption, type NamespaceRef } from '@ns/syscalls'
import { type Attribute, bytes, nested, s32, text, u32, withHeader } from '../codec/attribute.ts'
import { IFF, IFLA, IFLA_INFO, VETH_INFO } from '../rtnetlink/constants.ts'
import { ifinfomsg } from '../rtnetlink/headers.ts'
import { parseMac } from '../text/mac.ts'
import { checkName } from '../text/name.ts'
import type { LinkRef } from './link.ts'

/** What every link has and can be changed. */
export interface LinkSettings {
  /** At most 15 bytes; the kernel puts a number for `%d`. */
  readonly name?: string | undefined
  /** Whether it is switched on. */
  readonly up?: boolean | undefined
  /** Bytes. */
  readonly mtu?: number | undefined
  /** `'02:42:ac:11:00:02'` */
  readonly mac?: string | undefined
  readonly txQueueLength?: number | undefined
  readonly group?: number | undefined
  readonly alias?: string | undefined
  /** The bridge, bond or vrf to belong to; null: to none. */
  readonly master?: LinkRef | null | undefined
  /** The namespace to be in. A link that moves goes down and loses its addresses. */
  readonly netns?: NamespaceRef | undefined
  /** The index to have in the namespace that it is made in, or moved to: the latter from Linux 5.13. */
  readonly index?: number | undefined
}

/** A link to be made: what the factories of kinds return. By hand it is one of a kind that has no factory. */
export interface NewLink extends LinkSettings {
  /** `'veth'`, `'bridge'`, … */
  readonly kind: string
  /** The link to be on top of. */
  readonly link?: LinkRef | undefined
  /** The other end of a pair; in `netns` it is born there, and switched on there later. */
  readonly peer?: LinkSettings | undefined
  /** `IFLA_INFO_DATA` of the kind. */
  readonly data?: readonly Attribute[] | undefined
  /** Its settings as a member of its master: `IFLA_INFO_SLAVE_DATA`. */
  readonly portData?: readonly Attribute[] | undefined
}

/** What can be changed of a link that exists; `kind` has to be its own where `data` is given. */
export interface LinkChanges extends LinkSettings {
  readonly kind?: string | undefined
  readonly data?: readonly Attribute[] | undefined
  /** The master's kind, where `portData` is given: `'bridge'`. */
  readonly portKind?: string | undefined
  readonly portData?: readonly Attribute[] | undefined
}

/** What the kernel passes over when a link is made, or can't do yet: it comes as a change right after. */
export interface Afterwards {
  readonly own: LinkChanges | undefined
  readonly peer: LinkChanges | undefined
}

/** What turns names into what the kernel takes. */
export interface Resolver {
  index(ref: LinkRef): number
  /** Of the namespace, open until the request was carried out. */
  fd(ref: NamespaceRef): number
}

/** Keys of `LinkSettings`, for those who check options. */
export const settingKeys: readonly (keyof LinkSettings)[] = [
  'name',
  'up',
  'mtu',
  'mac',
  'txQueueLength',
  'group',
  'alias',
  'master',
  'netns',
  'index',
]
const newKeys = [...settingKeys, 'kind', 'link', 'peer', 'data', 'portData']
const changeKeys = [...settingKeys, 'kind', 'data', 'portKind', 'portData']

/** The `struct ifinfomsg` of a link with this index. */
export function linkHeader({ up, index = 0 }: Pick<LinkSettings, 'up' | 'index'>): Buffer {
  const flags = up === undefined ? {} : { flags: up ? IFF.UP : 0, change: IFF.UP }
  return ifinfomsg({ index, ...flags })
}

/** A new link's attributes. */
export function newLinkAttributes(link: NewLink, resolve: Resolver): Attribute[] {
  checkKeys('link', link, newKeys, 'net')
  if (typeof link.kind !== 'string' || link.kind === '')
    throw invalidOption('link.kind: a kind of links is wanted', 'net')
  if (link.peer) checkKeys('link.peer', link.peer, settingKeys, 'net')
  // veth_newlink() passes over the peer's otherwise.
  if (link.peer?.index !== undefined && link.index === undefined)
    throw invalidOption('link.peer.index: takes link.index as well', 'net')
  const { alias, ...settings } = link
  const data = link.peer ? [peerAttribute(link.peer, resolve)] : link.data
  const info = [
    text(IFLA_INFO, 'KIND', link.kind),
    ...(data === undefined ? [] : [nested(IFLA_INFO, 'DATA', data)]),
    ...(link.portData === undefined ? [] : [nested(IFLA_INFO, 'SLAVE_DATA', link.portData)]),
  ]
  return [
    ...settingAttributes('link', settings, resolve),
    ...(link.link === undefined ? [] : [u32(IFLA, 'LINK', resolve.index(link.link))]),
    nested(IFLA, 'LINKINFO', info),
  ]
}

/**
 * What has to come afterwards: rtnl_create_link() takes no alias, and of a peer neither `up` (it has no other end yet:
 * ENOTCONN) nor `master`.
 */
export function afterwards({ alias, netns, peer = {} }: NewLink): Afterwards {
  const { up, master, alias: peerAlias } = peer
  const ofPeer = Object.entries({ up, master, alias: peerAlias }).filter(
    ([, it]) => it !== undefined,
  )
  if (netns !== undefined && alias !== undefined)
    throw invalidOption('link.alias: set it in the namespace that the link is in', 'net')
  if (ofPeer.length > 0 && (netns !== undefined || peer.netns !== undefined))
    throw invalidOption(
      `link.peer.${ofPeer[0]?.[0]}: set it in the namespace that the peer is in`,
      'net',
    )
  return {
    own: alias === undefined ? undefined : { alias },
    peer: ofPeer.length === 0 ? undefined : Object.fromEntries(ofPeer),
  }
}

/** The attributes of a change. */
export function changeAttributes(changes: LinkChanges, resolve: Resolver): Attribute[] {
  checkKeys('link', changes, changeKeys, 'net')
  const { kind, data, portKind, portData } = changes
  if ((data && !kind) || (portData && !portKind))
    throw invalidOption('link: data is of a kind, portData of a portKind', 'net')
  const info = [
    ...(kind ? [text(IFLA_INFO, 'KIND', kind)] : []),
    ...(data ? [nested(IFLA_INFO, 'DATA', data)] : []),
    ...(portKind ? [text(IFLA_INFO, 'SLAVE_KIND', portKind)] : []),
    ...(portData ? [nested(IFLA_INFO, 'SLAVE_DATA', portData)] : []),
  ]
  return [
    ...settingAttributes('link', changes, resolve),
    ...(changes.index === undefined ? [] : [s32(IFLA, 'NEW_IFINDEX', changes.index)]),
    ...(info.length > 0 ? [nested(IFLA, 'LINKINFO', info)] : []),
  ]
}

function peerAttribute(peer: LinkSettings, resolve: Resolver): Attribute {
  const { up, master, alias, ...settings } = peer
  const attributes = settingAttributes('link.peer', settings, resolve)
  return withHeader(VETH_INFO, 'PEER', linkHeader(settings), attributes)
}

function settingAttributes(what: string, link: LinkSettings, resolve: Resolver): Attribute[] {
  const { name, mtu, mac, txQueueLength, group, alias, master, netns } = link
  const attributes: Attribute[] = []
  if (name !== undefined) attributes.push(text(IFLA, 'IFNAME', checkName(`${what}.name`, name)))
  if (mac !== undefined) attributes.push(bytes(IFLA, 'ADDRESS', parseMac(`${what}.mac`, mac)))
  if (mtu !== undefined) attributes.push(u32(IFLA, 'MTU', mtu))
  if (txQueueLength !== undefined) attributes.push(u32(IFLA, 'TXQLEN', txQueueLength))
  if (group !== undefined) attributes.push(u32(IFLA, 'GROUP', group))
  // Without its NUL, as `ip` sends it: an empty one takes the alias away.
  if (alias !== undefined) attributes.push(bytes(IFLA, 'IFALIAS', Buffer.from(alias)))
  if (master !== undefined)
    attributes.push(u32(IFLA, 'MASTER', master === null ? 0 : resolve.index(master)))
  if (netns !== undefined) attributes.push(u32(IFLA, 'NET_NS_FD', resolve.fd(netns)))
  return attributes
}
