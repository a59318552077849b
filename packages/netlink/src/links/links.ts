import { invalidOption, isAtLeast, type NamespaceRef, UnsupportedError } from '@ns/syscalls'
import { type Attribute, text, u32 } from '../codec/attribute.ts'
import { NLM_F } from '../codec/constants.ts'
import { type Message, splitPayload } from '../codec/message.ts'
import { NetlinkError } from '../errors/netlink-error.ts'
import { IFLA, SKIP_STATS } from '../rtnetlink/constants.ts'
import { IFINFOMSG, ifinfomsg } from '../rtnetlink/headers.ts'
import { rtm } from '../rtnetlink/request.ts'
import { OpenRefs } from '../rtnetlink/resolver.ts'
import type { NetlinkSocket } from '../socket/netlink-socket.ts'
import { IFNAMSIZ } from '../text/name.ts'
import { type Link, type LinkRef, parseLink } from './link.ts'
import {
  afterwards,
  changeAttributes,
  type LinkChanges,
  linkHeader,
  type NewLink,
  newLinkAttributes,
} from './new-link.ts'
import { makeNumbered } from './numbered.ts'
import { parseStatistics, type Statistics } from './statistics.ts'

/** Links, which are what the kernel calls interfaces. */
export class Links {
  readonly #socket: NetlinkSocket
  /** Whether the kernel tells what it has made; known when it has made something. */
  #echoes = false

  constructor(socket: NetlinkSocket) {
    this.#socket = socket
  }

  /** All of them. */
  list(): Link[] {
    return this.#socket
      .dump(rtm('GETLINK', { header: ifinfomsg(), attributes: [noStatistics] }))
      .map((message) => parseLink(message))
  }

  /**
   * One of them.
   *
   * @throws {NetlinkError} `ENODEV` when there is none
   */
  get(ref: LinkRef): Link {
    return parseLink(this.#get(ref))
  }

  /** One of them, if there is one. */
  find(ref: LinkRef): Link | undefined {
    try {
      return this.get(ref)
    } catch (error) {
      if (error instanceof NetlinkError && error.code === 'ENODEV') return undefined
      throw error
    }
  }

  /**
   * What a link has counted.
   *
   * @throws {NetlinkError} `ENODEV` when there is none
   */
  statistics(ref: LinkRef): Statistics {
    const message = this.#get(ref, [])
    const { attributes } = splitPayload(message, IFINFOMSG)
    return parseStatistics(attributes.bytes(IFLA.STATS64) ?? Buffer.alloc(0))
  }

  /** The index of a link; a number is taken for one. */
  index(ref: LinkRef): number {
    return typeof ref === 'number'
      ? ref
      : splitPayload(this.#get(ref), IFINFOMSG).header.readInt32LE(4)
  }

  #get(ref: LinkRef, without: readonly Attribute[] = [noStatistics]): Message {
    const attributes = [...named(ref), ...without]
    const header = ifinfomsg(typeof ref === 'number' ? { index: ref } : {})
    const [message] = this.#socket.request(
      rtm('GETLINK', { header, attributes, subject: `${ref}` }),
    )
    if (message) return message
    throw new NetlinkError({ errno: 'ENODATA', call: 'RTM_GETLINK', path: `${ref}` })
  }

  /**
   * Makes a link in this namespace: `links.add(veth({ name: 'a', peer: { name: 'b', netns: pid } }))`
   *
   * @returns it as it was made
   * @throws {NetlinkError} `EEXIST` when the name is taken, `EOPNOTSUPP` when the kernel has no such kind
   */
  add(link: NewLink): Link {
    if (link.netns !== undefined)
      throw invalidOption('link.netns: `addIn` makes links in another namespace', 'net')
    const { own, peer } = afterwards(link)
    const made = this.#make(link)
    if (!own && !peer) return made
    try {
      if (own) this.set(made.index, own)
      if (peer && made.link) this.set(made.link, peer)
      return this.get(made.index)
    } catch (error) {
      this.remove(made.index)
      throw error
    }
  }

  /** Linux 6.2 and later echo what was made. Below only an index or a name tells, which has to be known before. */
  #make(link: NewLink): Link {
    const { index, name = `${link.kind}%d` } = link
    if (this.#echoes || index !== undefined || !name.includes('%')) return this.#makeKnown(link)
    const names = () => this.list().map((it) => it.name)
    return makeNumbered(name, names, (free) => this.#makeKnown({ ...link, name: free }))
  }

  #makeKnown(link: NewLink): Link {
    const [echo] = this.#create(link, NLM_F.CREATE | NLM_F.EXCL | NLM_F.ECHO)
    this.#echoes = echo !== undefined
    return echo ? parseLink(echo) : this.get(link.index ?? link.name ?? '')
  }

  /**
   * Sees to it that there is a link of this name and kind with these settings. What it is made of (`data`, `link`, `peer`)
   * counts only when it is made: it is not compared.
   *
   * @throws {NetlinkError} `EEXIST` when there is one of another kind
   */
  ensure(link: NewLink): Link {
    if (link.name === undefined) throw invalidOption('link.name: ensure takes a name', 'net')
    const found = this.find(link.name)
    if (!found) return this.add(link)
    if (found.kind !== link.kind) {
      const text = `it is there, and of kind ${found.kind ?? 'none'}, not ${link.kind}`
      throw new NetlinkError({ errno: 'EEXIST', call: 'RTM_NEWLINK', path: link.name, text })
    }
    const { kind, data, link: below, peer, portData, index, ...settings } = link
    this.set(found.index, settings)
    return this.get(found.index)
  }

  /** Makes a link in another namespace, as seen from here: `link` and `master` are looked up in this one. */
  addIn(netns: NamespaceRef, link: NewLink): void {
    const there = { ...link, netns }
    afterwards(there)
    this.#create(there, NLM_F.CREATE | NLM_F.EXCL)
  }

  #create(link: NewLink, flags: number): readonly Message[] {
    using refs = new OpenRefs((ref) => this.index(ref))
    const attributes = newLinkAttributes(link, refs)
    const header = linkHeader(link)
    return this.#socket.request(rtm('NEWLINK', { header, attributes, flags, subject: link.name }))
  }

  /**
   * Changes a link: switches it, renames it, gives it a master, moves it to another namespace. One call is one request,
   * but what the kernel did before it found a mistake stays done.
   *
   * @throws {UnsupportedError} before Linux 5.13 for an index in the namespace that it moves to, which that would pass over
   */
  set(ref: LinkRef, changes: LinkChanges): void {
    if (changes.netns !== undefined && changes.index !== undefined && !isAtLeast(5, 13))
      throw new UnsupportedError(
        'link.index: a link that moves can take one from Linux 5.13 on: leave it out, or boot a newer kernel',
      )
    using refs = new OpenRefs((of) => this.index(of))
    const attributes = changeAttributes(changes, refs)
    const header = linkHeader({ up: changes.up, index: this.index(ref) })
    this.#socket.request(rtm('NEWLINK', { header, attributes, subject: `${ref}` }))
  }

  /**
   * Takes a link away, of a pair both ends. Links on top of it go as well.
   *
   * @throws {NetlinkError} `ENODEV` when there is none, `EOPNOTSUPP` when it can't be, such as `lo`
   */
  remove(ref: LinkRef): void {
    // By an alternative name kernels of 5.10 find a link, and don't remove it.
    const isLong = typeof ref === 'string' && Buffer.byteLength(ref) >= IFNAMSIZ
    const index = isLong ? this.index(ref) : ref
    const header = ifinfomsg(typeof index === 'number' ? { index } : {})
    this.#socket.request(rtm('DELLINK', { header, attributes: named(index), subject: `${ref}` }))
  }
}

/** They are half of a link's message. */
const noStatistics = u32(IFLA, 'EXT_MASK', SKIP_STATS)

function named(ref: LinkRef): Attribute[] {
  if (typeof ref === 'number') return []
  return [text(IFLA, Buffer.byteLength(ref) < IFNAMSIZ ? 'IFNAME' : 'ALT_IFNAME', ref)]
}
