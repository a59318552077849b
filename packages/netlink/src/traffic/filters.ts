import { checkKeys } from '@ns/syscalls'
import { type Attribute, text } from '../codec/attribute.ts'
import { NLM_F } from '../codec/constants.ts'
import { type Message, splitPayload } from '../codec/message.ts'
import { given, ifGiven } from '../codec/optional.ts'
import type { LinkRef } from '../links/link.ts'
import type { Links } from '../links/links.ts'
import { rtm } from '../rtnetlink/request.ts'
import type { NetlinkSocket } from '../socket/netlink-socket.ts'
import { type Parent, parentName, parentNumber, TCA, TCMSG, tcmsg } from './tcmsg.ts'

/** `include/uapi/linux/if_ether.h` */
const ETH_P_ALL = 3

/** Where a filter is. */
export interface FilterPlace {
  readonly dev: LinkRef
  /** `'1:'` of a qdisc, or a hook; `'ffff:'` is the ingress qdisc. @default 'root' */
  readonly parent?: Parent | undefined
  /** The lowest is looked at first. @default by the kernel */
  readonly priority?: number | undefined
  /** Of the frame: 0x800 is IPv4. @default 3, all */
  readonly protocol?: number | undefined
}

/** A filter to be made. By hand it is one of a kind that has no factory. */
export interface NewFilter extends FilterPlace {
  readonly kind: string
  /** TCA_OPTIONS as the kind has it. */
  readonly options?: Attribute | undefined
}

/** A filter. */
export interface Filter {
  readonly index: number
  readonly kind: string
  readonly parent: Parent
  readonly priority: number
  readonly protocol: number
  readonly handle: number
  readonly options?: Buffer
}

export const placeKeys = ['dev', 'parent', 'priority', 'protocol'] as const

/** Filters, which put packets into classes or act on them. */
export class Filters {
  readonly #socket: NetlinkSocket
  readonly #links: Links

  constructor(socket: NetlinkSocket, links: Links) {
    this.#socket = socket
    this.#links = links
  }

  /** Those in a place. */
  list({ dev, parent = 'root' }: Pick<FilterPlace, 'dev' | 'parent'>): Filter[] {
    const number = parentNumber('filter.parent', parent, '')
    const header = tcmsg({ index: this.#links.index(dev), parent: number })
    return this.#socket
      .dump(rtm('GETTFILTER', { header, subject: `${dev}` }))
      .map((message) => parseFilter(message))
  }

  /**
   * Adds one: `filters.add(u32Filter({ dev: 'a', parent: 'ingress', redirect: { dev: index } }))`
   *
   * @throws {NetlinkError} `ENOENT` when the kernel has no such kind
   */
  add(filter: NewFilter): void {
    checkKeys('filter', filter, [...placeKeys, 'kind', 'options'], 'net')
    const attributes = [text(TCA, 'KIND', filter.kind), ...ifGiven(filter.options, (it) => it)]
    const flags = NLM_F.CREATE | NLM_F.EXCL
    const subject = `${filter.kind} of ${filter.dev}`
    this.#socket.request(
      rtm('NEWTFILTER', { header: this.#header(filter), attributes, flags, subject }),
    )
  }

  /** Takes away all of a place, or those of a priority. */
  remove(place: FilterPlace): void {
    const header = this.#header({ ...place, protocol: place.protocol ?? 0 })
    this.#socket.request(rtm('DELTFILTER', { header, subject: `${place.dev}` }))
  }

  /** The info is the priority, and the frame's protocol in network order. */
  #header({ dev, parent = 'root', priority = 0, protocol = ETH_P_ALL }: FilterPlace): Buffer {
    const swapped = ((protocol & 0xff) << 8) | (protocol >> 8)
    return tcmsg({
      index: this.#links.index(dev),
      parent: parentNumber('filter.parent', parent, ''),
      info: priority * 0x10000 + swapped,
    })
  }
}

/** Reads RTM_NEWTFILTER. */
export function parseFilter(message: Message): Filter {
  const { header, attributes: found } = splitPayload(message, TCMSG)
  return {
    index: header.readInt32LE(4),
    kind: found.text(TCA.KIND) ?? '',
    parent: parentName(header.readUInt32LE(12)),
    priority: header.readUInt16LE(18),
    protocol: header.readUInt16BE(16),
    handle: header.readUInt32LE(8),
    ...given('options', found.bytes(TCA.OPTIONS)),
  }
}
