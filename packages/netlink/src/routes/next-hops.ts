import { checkKeys, invalidOption } from '@ns/syscalls'
import { bytes, flag, u32 } from '../codec/attribute.ts'
import { NLM_F } from '../codec/constants.ts'
import { type Message, splitPayload } from '../codec/message.ts'
import { given, ifGiven } from '../codec/optional.ts'
import type { LinkRef } from '../links/link.ts'
import type { Links } from '../links/links.ts'
import { RTNH_F, RTPROT } from '../rtnetlink/constants.ts'
import { rtm } from '../rtnetlink/request.ts'
import type { NetlinkSocket } from '../socket/netlink-socket.ts'
import { AF, type Family, familyNumber, formatIp, parseIp } from '../text/ip.ts'

// include/uapi/linux/nexthop.h

const NHA = { ID: 1, GROUP: 2, BLACKHOLE: 4, OIF: 5, GATEWAY: 6 } as const
/** Bytes of `struct nhmsg` and of `struct nexthop_grp`. */
const NHMSG = 8
const NEXTHOP_GRP = 8

/** A member of a group, and from 1 how much of the traffic it gets. */
export interface NextHopMember {
  readonly id: number
  /** @default 1 */
  readonly weight?: number | undefined
}

/** A way that routes name by its number, so that all of them change with it. */
export interface NextHopObject {
  readonly id: number
  readonly gateway?: string | undefined
  readonly dev?: LinkRef | undefined
  /** Drops what is sent. @default false */
  readonly blackhole?: boolean | undefined
  /** The gateway is on the link, though no address there says so. @default false */
  readonly onLink?: boolean | undefined
  /** Of others, instead of a way of its own. */
  readonly group?: readonly NextHopMember[] | undefined
  /** Where neither gateway nor group tells. @default 'ipv4' */
  readonly family?: Family | undefined
}

const keys: readonly (keyof NextHopObject)[] = [
  'id',
  'gateway',
  'dev',
  'blackhole',
  'onLink',
  'group',
  'family',
]

/** Nexthop objects (Linux 5.3). */
export class NextHops {
  readonly #socket: NetlinkSocket
  readonly #links: Links

  constructor(socket: NetlinkSocket, links: Links) {
    this.#socket = socket
    this.#links = links
  }

  list(): NextHopObject[] {
    return this.#socket
      .dump(rtm('GETNEXTHOP', { header: Buffer.alloc(NHMSG) }))
      .map((message) => parseNextHop(message))
  }

  /**
   * Adds one.
   *
   * @throws {NetlinkError} `EEXIST` when the number is taken
   */
  add(object: NextHopObject): void {
    this.#new(object, NLM_F.CREATE | NLM_F.EXCL)
  }

  /** Adds one, in the place of what has this number: routes that name it go the new way. */
  ensure(object: NextHopObject): void {
    this.#new(object, NLM_F.CREATE | NLM_F.REPLACE)
  }

  #new(object: NextHopObject, flags: number): void {
    checkKeys('nextHop', object, keys, 'net')
    const { id, gateway, dev, blackhole, onLink, group, family } = object
    const ip = gateway === undefined ? undefined : parseIp('nextHop.gateway', gateway)
    const header = Buffer.alloc(NHMSG)
    header.writeUInt8(group ? AF.UNSPEC : (ip?.family ?? familyNumber(family ?? 'ipv4')), 0)
    header.writeUInt8(RTPROT.STATIC, 2)
    header.writeUInt32LE(onLink ? RTNH_F.ONLINK : 0, 4)
    const attributes = [
      u32(NHA, 'ID', id),
      ...ifGiven(group, (members) => bytes(NHA, 'GROUP', Buffer.concat(members.map(memberBytes)))),
      ...(blackhole ? [flag(NHA, 'BLACKHOLE')] : []),
      ...ifGiven(dev, (ref) => u32(NHA, 'OIF', this.#links.index(ref))),
      ...ifGiven(ip, (it) => bytes(NHA, 'GATEWAY', it.bytes)),
    ]
    this.#socket.request(rtm('NEWNEXTHOP', { header, attributes, flags, subject: `nexthop ${id}` }))
  }

  /**
   * Takes one away, and the routes that name it.
   *
   * @throws {NetlinkError} `ENOENT` when there is none
   */
  remove(id: number): void {
    const header = Buffer.alloc(NHMSG)
    const attributes = [u32(NHA, 'ID', id)]
    this.#socket.request(rtm('DELNEXTHOP', { header, attributes, subject: `nexthop ${id}` }))
  }
}

/** struct nexthop_grp, whose weight counts from 0. */
function memberBytes({ id, weight = 1 }: NextHopMember): Buffer {
  if (!Number.isInteger(weight) || weight < 1 || weight > 256)
    throw invalidOption('nextHop.group: a weight from 1 to 256 is wanted', 'net')
  const memory = Buffer.alloc(NEXTHOP_GRP)
  memory.writeUInt32LE(id, 0)
  memory.writeUInt8(weight - 1, 4)
  return memory
}

/** Reads RTM_NEWNEXTHOP. */
export function parseNextHop(message: Message): NextHopObject {
  const { header, attributes: found } = splitPayload(message, NHMSG)
  const gateway = found.bytes(NHA.GATEWAY)
  const group = found.bytes(NHA.GROUP)
  const count = Math.floor((group?.length ?? 0) / NEXTHOP_GRP)
  const members = Array.from({ length: count }, (_, i) => ({
    id: group?.readUInt32LE(i * NEXTHOP_GRP) ?? 0,
    weight: (group?.readUInt8(i * NEXTHOP_GRP + 4) ?? 0) + 1,
  }))
  return {
    id: found.u32(NHA.ID) ?? 0,
    ...given('gateway', gateway && formatIp(gateway)),
    ...given('dev', found.u32(NHA.OIF)),
    blackhole: found.has(NHA.BLACKHOLE),
    onLink: (header.readUInt32LE(4) & RTNH_F.ONLINK) !== 0,
    ...given('group', group && members),
  }
}
