import { checkKeys, invalidOption } from '@ns/syscalls'
import { type Attribute, text } from '../codec/attribute.ts'
import type { Attributes } from '../codec/attributes.ts'
import { type Message, splitPayload } from '../codec/message.ts'
import { given, ifGiven } from '../codec/optional.ts'
import type { LinkRef } from '../links/link.ts'
import type { Links } from '../links/links.ts'
import {
  formatHandle,
  type Handle,
  handleNumber,
  type Parent,
  parentName,
  parentNumber,
  TCA,
  TCMSG,
  tcmsg,
} from './tcmsg.ts'

/** Where a qdisc or a class is. */
export interface Place {
  readonly dev: LinkRef
  /** @default 'root' */
  readonly parent?: Parent | undefined
  /** `'1:'` for a qdisc, `'1:10'` for a class. @default by the kernel */
  readonly handle?: Handle | undefined
}

/** A qdisc or a class to be made: what the factories return. By hand it is one of a kind that has none. */
export interface Discipline extends Place {
  readonly kind: string
  /** TCA_OPTIONS as the kind has it. */
  readonly options?: Attribute | undefined
}

/** A qdisc or a class. */
export interface QueueState {
  /** Of the link. */
  readonly index: number
  readonly kind: string
  readonly handle: Handle
  readonly parent: Parent
  /** TCA_OPTIONS as they came: a struct, or attributes. */
  readonly options?: Buffer
  readonly statistics: QueueStatistics
}

/** What passed, and what didn't. */
export interface QueueStatistics {
  readonly bytes: number
  readonly packets: number
  readonly dropped: number
  readonly overLimits: number
  /** Packets and bytes that wait. */
  readonly queued: number
  readonly backlog: number
}

/** Keys of `Place`. */
const placeKeys = ['dev', 'parent', 'handle'] as const

/** Splits what a kind has of its own from its place, and refuses all others. */
export function placeOf<Options extends Place>(
  kind: string,
  options: Options,
  keys: readonly (keyof Options & string)[],
): Place {
  checkKeys(kind, options, [...placeKeys, ...keys], 'net')
  const { dev, parent, handle } = options
  return { dev, ...given('parent', parent), ...given('handle', handle) }
}

/** As RTM_NEWQDISC and RTM_NEWTCLASS have it. */
export function encodeDiscipline(
  what: string,
  discipline: Discipline,
  links: Links,
): { header: Buffer; attributes: Attribute[]; subject: string } {
  checkKeys(what, discipline, [...placeKeys, 'kind', 'options'], 'net')
  const { dev, kind, parent = 'root', handle, options } = discipline
  if (typeof kind !== 'string' || kind === '')
    throw invalidOption(`${what}.kind: a kind is wanted`, 'net')
  const header = tcmsg({
    index: links.index(dev),
    parent: parentNumber(`${what}.parent`, parent, kind),
    handle: handle === undefined ? 0 : handleNumber(`${what}.handle`, handle),
  })
  const attributes = [text(TCA, 'KIND', kind), ...ifGiven(options, (it) => it)]
  return { header, attributes, subject: `${kind} of ${dev}` }
}

/** Reads RTM_NEWQDISC and RTM_NEWTCLASS. */
export function parseDiscipline(message: Message): QueueState {
  const { header, attributes: found } = splitPayload(message, TCMSG)
  return {
    index: header.readInt32LE(4),
    kind: found.text(TCA.KIND) ?? '',
    handle: formatHandle(header.readUInt32LE(8)),
    parent: parentName(header.readUInt32LE(12)),
    ...given('options', found.bytes(TCA.OPTIONS)),
    statistics: parseStatistics(found.nested(TCA.STATS2)),
  }
}

/** `include/uapi/linux/gen_stats.h` */
const TCA_STATS = { BASIC: 1, QUEUE: 3 } as const

function parseStatistics(found: Attributes | undefined): QueueStatistics {
  const basic = found?.struct(TCA_STATS.BASIC, 12)
  const queue = found?.struct(TCA_STATS.QUEUE, 20)
  return {
    bytes: Number(basic?.readBigUInt64LE(0) ?? 0),
    packets: basic?.readUInt32LE(8) ?? 0,
    queued: queue?.readUInt32LE(0) ?? 0,
    backlog: queue?.readUInt32LE(4) ?? 0,
    dropped: queue?.readUInt32LE(8) ?? 0,
    overLimits: queue?.readUInt32LE(16) ?? 0,
  }
}
