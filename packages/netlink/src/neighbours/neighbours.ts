import { checkKeys, invalidOption } from '@ns/syscalls'
import { bytes, u32 } from '../codec/attribute.ts'
import { NLM_F } from '../codec/constants.ts'
import { type Message, splitPayload } from '../codec/message.ts'
import { given, ifGiven } from '../codec/optional.ts'
import type { LinkRef } from '../links/link.ts'
import type { Links } from '../links/links.ts'
import { rtm } from '../rtnetlink/request.ts'
import type { NetlinkSocket } from '../socket/netlink-socket.ts'
import { AF, type Family, familyName, familyNumber, formatIp, parseIp } from '../text/ip.ts'
import { formatMac, parseMac } from '../text/mac.ts'
import { NDA, NDMSG, type NeighbourState, NTF, ndmsg, stateName, states } from './ndmsg.ts'

/** Which MAC address an IP address on a link has. */
export interface Neighbour {
  /** Of the link. */
  readonly index: number
  readonly family: Family
  readonly address: string
  /** Absent while nobody has answered. */
  readonly mac?: string
  readonly state: NeighbourState | 'none'
  /** Whether we answer for it. */
  readonly proxy: boolean
}

/** A neighbour to be told of. */
export interface NewNeighbour {
  readonly dev: LinkRef
  readonly address: string
  readonly mac?: string | undefined
  /** @default 'permanent' */
  readonly state?: NeighbourState | undefined
  /** Answer for it. @default false */
  readonly proxy?: boolean | undefined
}

/** Neighbours: what ARP and neighbour discovery know, or are told. */
export class Neighbours {
  readonly #socket: NetlinkSocket
  readonly #links: Links

  constructor(socket: NetlinkSocket, links: Links) {
    this.#socket = socket
    this.#links = links
  }

  /** All of them, or those of a link or a family. */
  list({
    dev,
    family,
  }: {
    dev?: LinkRef | undefined
    family?: Family | undefined
  } = {}): Neighbour[] {
    const header = ndmsg({ family: familyNumber(family) })
    // Strict checking takes the link as an attribute: NDA_IFINDEX.
    const attributes = ifGiven(dev, (ref) => u32(NDA, 'IFINDEX', this.#links.index(ref)))
    return this.#socket
      .dump(rtm('GETNEIGH', { header, attributes }))
      .filter(({ payload }) => payload[0] === AF.INET || payload[0] === AF.INET6)
      .map((message) => parseNeighbour(message))
  }

  /**
   * Tells of a neighbour.
   *
   * @throws {NetlinkError} `EEXIST` when it is known
   */
  add(neighbour: NewNeighbour): void {
    this.#change('NEWNEIGH', neighbour, NLM_F.CREATE | NLM_F.EXCL)
  }

  /** Tells of a neighbour, in the place of what is known of it. */
  ensure(neighbour: NewNeighbour): void {
    this.#change('NEWNEIGH', neighbour, NLM_F.CREATE | NLM_F.REPLACE)
  }

  /**
   * Forgets a neighbour.
   *
   * @throws {NetlinkError} `ENOENT` when it isn't known
   */
  remove(neighbour: Pick<NewNeighbour, 'dev' | 'address' | 'proxy'>): void {
    this.#change('DELNEIGH', neighbour, 0)
  }

  #change(name: 'NEWNEIGH' | 'DELNEIGH', neighbour: NewNeighbour, flags: number): void {
    checkKeys('neighbour', neighbour, ['dev', 'address', 'mac', 'state', 'proxy'], 'net')
    const { dev, address, mac, state = 'permanent', proxy } = neighbour
    const ip = parseIp('neighbour.address', address)
    if (!Object.hasOwn(states, state))
      throw invalidOption(`neighbour.state: one of ${Object.keys(states).join(', ')}`, 'net')
    const header = ndmsg({
      family: ip.family,
      index: this.#links.index(dev),
      state: states[state],
      flags: proxy ? NTF.PROXY : 0,
    })
    const attributes = [
      bytes(NDA, 'DST', ip.bytes),
      ...ifGiven(mac, (it) => bytes(NDA, 'LLADDR', parseMac('neighbour.mac', it))),
    ]
    this.#socket.request(rtm(name, { header, attributes, flags, subject: address }))
  }
}

/** Reads RTM_NEWNEIGH. */
export function parseNeighbour(message: Message): Neighbour {
  const { header, attributes: found } = splitPayload(message, NDMSG)
  const mac = found.bytes(NDA.LLADDR)
  return {
    index: header.readInt32LE(4),
    family: familyName(header.readUInt8(0)),
    address: formatIp(found.bytes(NDA.DST) ?? Buffer.alloc(0)),
    ...given('mac', mac && formatMac(mac)),
    state: stateName(header.readUInt16LE(8)),
    proxy: (header.readUInt8(10) & NTF.PROXY) !== 0,
  }
}
