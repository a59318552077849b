import { checkKeys, invalidOption } from '@ns/syscalls'
import { type Attribute, bytes, nested, text, u32 } from '../codec/attribute.ts'
import { NLM_F } from '../codec/constants.ts'
import { type Message, splitPayload } from '../codec/message.ts'
import { given, ifGiven } from '../codec/optional.ts'
import type { LinkRef } from '../links/link.ts'
import type { Links } from '../links/links.ts'
import { rtm } from '../rtnetlink/request.ts'
import type { NetlinkSocket } from '../socket/netlink-socket.ts'
import { handleNumber, type Parent, parentName, parentNumber, TCA, TCMSG, tcmsg } from './tcmsg.ts'

// include/uapi/linux/pkt_cls.h, tc_act/tc_mirred.h

const TCA_U32 = { CLASSID: 1, SEL: 5, ACT: 7 } as const
const TC_U32_TERMINAL = 1
const TCA_ACT = { KIND: 1, OPTIONS: 2 } as const
const TCA_MIRRED = { PARMS: 2 } as const
const ETH_P_ALL = 3
const TC_ACT = { PIPE: 3, STOLEN: 4 } as const
const directions = {
  egress: { redirect: 1, mirror: 2 },
  ingress: { redirect: 3, mirror: 4 },
} as const

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

/** Four bytes of a packet, from the begin of its network header. */
export interface U32Match {
  /** Bytes, a multiple of four. */
  readonly offset: number
  readonly value: number
  /** The bits that count. @default all */
  readonly mask?: number | undefined
}

/** What becomes of a packet that matches. */
export interface U32Options extends FilterPlace {
  /** All have to match. @default none: every packet does */
  readonly match?: readonly U32Match[] | undefined
  /** The class that it is put into: `'1:10'`. */
  readonly classId?: string | undefined
  /** Another link to send it out of, or to make it arrive at. */
  readonly redirect?: MirredTarget | undefined
  /** A link that gets a copy. */
  readonly mirror?: MirredTarget | undefined
}

/** A link as the target of an action. */
export interface MirredTarget {
  /** Index. */
  readonly dev: number
  /** @default 'egress' */
  readonly direction?: keyof typeof directions | undefined
}

const placeKeys = ['dev', 'parent', 'priority', 'protocol'] as const

/**
 * A filter that looks at bytes.
 *
 * @see tc-u32(8), tc-mirred(8)
 */
export function u32Filter(options: U32Options): NewFilter {
  const keys = [...placeKeys, 'match', 'classId', 'redirect', 'mirror']
  checkKeys('u32', options, keys, 'net')
  const { match = [], classId, redirect, mirror, dev, parent, priority, protocol } = options
  const actions = [
    ...(mirror ? [mirred(mirror, 'mirror')] : []),
    ...(redirect ? [mirred(redirect, 'redirect')] : []),
  ]
  const attributes = [
    ...ifGiven(classId, (it) => u32(TCA_U32, 'CLASSID', handleNumber('u32.classId', it))),
    ...(actions.length > 0 ? [nested(TCA_U32, 'ACT', actions.map(numbered))] : []),
    bytes(TCA_U32, 'SEL', selector(match)),
  ]
  return {
    dev,
    ...given('parent', parent),
    ...given('priority', priority),
    ...given('protocol', protocol),
    kind: 'u32',
    options: nested(TCA, 'OPTIONS', attributes),
  }
}

/** struct tc_u32_sel with its keys, in network order; without any, one that every packet matches. */
function selector(match: readonly U32Match[]): Buffer {
  const all = match.length === 0 ? [{ offset: 0, value: 0, mask: 0 }] : match
  if (all.length > 128) throw invalidOption('u32.match: at most 128 are possible', 'net')
  const memory = Buffer.alloc(16 + all.length * 16)
  memory.writeUInt8(TC_U32_TERMINAL, 0)
  memory.writeUInt8(all.length, 2)
  all.forEach(({ offset, value, mask = 0xffffffff }, i) => {
    if (!Number.isInteger(offset) || offset % 4 !== 0)
      throw invalidOption('u32.match: an offset that is a multiple of 4 is wanted', 'net')
    memory.writeUInt32BE(mask, 16 + i * 16)
    memory.writeUInt32BE((value & mask) >>> 0, 20 + i * 16)
    memory.writeInt32LE(offset, 24 + i * 16)
  })
  return memory
}

function mirred({ dev, direction = 'egress' }: MirredTarget, what: 'redirect' | 'mirror') {
  if (!Object.hasOwn(directions, direction))
    throw invalidOption(`u32.${what}.direction: 'egress' or 'ingress' is wanted`, 'net')
  const parameters = Buffer.alloc(28) // struct tc_mirred
  parameters.writeInt32LE(what === 'redirect' ? TC_ACT.STOLEN : TC_ACT.PIPE, 8)
  parameters.writeInt32LE(directions[direction][what], 20)
  parameters.writeUInt32LE(dev, 24)
  return [
    text(TCA_ACT, 'KIND', 'mirred'),
    nested(TCA_ACT, 'OPTIONS', [bytes(TCA_MIRRED, 'PARMS', parameters)]),
  ]
}

/** Actions are attributes by their order, from 1. */
function numbered(action: readonly Attribute[], i: number): Attribute {
  return nested({ [`action ${i + 1}`]: i + 1 }, `action ${i + 1}`, action)
}

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
