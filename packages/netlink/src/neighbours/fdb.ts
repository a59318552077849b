import { checkKeys, invalidOption } from '@ns/syscalls'
import { be16, bytes, u16, u32 } from '../codec/attribute.ts'
import { NLM_F } from '../codec/constants.ts'
import { type Message, splitPayload } from '../codec/message.ts'
import { given, ifGiven } from '../codec/optional.ts'
import type { LinkRef } from '../links/link.ts'
import type { Links } from '../links/links.ts'
import { rtm } from '../rtnetlink/request.ts'
import type { NetlinkSocket } from '../socket/netlink-socket.ts'
import { AF, formatIp, parseIp } from '../text/ip.ts'
import { formatMac, parseMac } from '../text/mac.ts'
import { NDA, NDMSG, type NeighbourState, NTF, ndmsg, stateName, states } from './ndmsg.ts'

/** Behind which link of a bridge, or which end of a vxlan, a MAC address is. */
export interface FdbEntry {
  /** Of the member, or of the vxlan. */
  readonly index: number
  readonly mac: string
  /** Of the bridge. */
  readonly master?: number
  /** The other end of a vxlan. */
  readonly remote?: string
  readonly vlan?: number
  readonly state: NeighbourState | 'none'
  /** Whether it is an entry of the link's own, not of its bridge. */
  readonly self: boolean
}

/** An entry to be made. */
export interface NewFdbEntry {
  /** The member of a bridge, or the vxlan. */
  readonly dev: LinkRef
  readonly mac: string
  /** Where it is kept: in the link itself, or in its bridge. @default 'self' with a remote, else 'master' */
  readonly table?: 'self' | 'master' | undefined
  /** The other end of a vxlan. */
  readonly remote?: string | undefined
  readonly port?: number | undefined
  readonly vni?: number | undefined
  readonly vlan?: number | undefined
}

/** Forwarding tables of bridges and vxlans. */
export class Fdb {
  readonly #socket: NetlinkSocket
  readonly #links: Links

  constructor(socket: NetlinkSocket, links: Links) {
    this.#socket = socket
    this.#links = links
  }

  /** All entries, or those of a link or of a bridge's members. */
  list({
    dev,
    bridge,
  }: {
    dev?: LinkRef | undefined
    bridge?: LinkRef | undefined
  } = {}): FdbEntry[] {
    const index = dev === undefined ? 0 : this.#links.index(dev)
    const header = ndmsg({ family: AF.BRIDGE, index })
    const attributes = ifGiven(bridge, (ref) => u32(NDA, 'MASTER', this.#links.index(ref)))
    return this.#socket
      .dump(rtm('GETNEIGH', { header, attributes }))
      .map((message) => parseFdbEntry(message))
  }

  /**
   * Adds an entry, which is never forgotten by itself.
   *
   * @throws {NetlinkError} `EEXIST` when there is one
   */
  add(entry: NewFdbEntry): void {
    this.#change('NEWNEIGH', entry, NLM_F.CREATE | NLM_F.EXCL)
  }

  /** Adds an entry, in the place of one for this address. */
  ensure(entry: NewFdbEntry): void {
    this.#change('NEWNEIGH', entry, NLM_F.CREATE | NLM_F.REPLACE)
  }

  /**
   * Adds another end to an entry of a vxlan: frames go to all of them.
   *
   * @throws {NetlinkError} `EEXIST` when it is there
   */
  append(entry: NewFdbEntry): void {
    this.#change('NEWNEIGH', entry, NLM_F.CREATE | NLM_F.APPEND)
  }

  /**
   * Takes an entry away.
   *
   * @throws {NetlinkError} `ENOENT` when there is none
   */
  remove(entry: NewFdbEntry): void {
    this.#change('DELNEIGH', entry, 0)
  }

  #change(name: 'NEWNEIGH' | 'DELNEIGH', entry: NewFdbEntry, flags: number): void {
    checkKeys('fdb', entry, ['dev', 'mac', 'table', 'remote', 'port', 'vni', 'vlan'], 'net')
    const { dev, mac, remote, port, vni, vlan } = entry
    const { table = remote === undefined ? 'master' : 'self' } = entry
    if (table !== 'self' && table !== 'master')
      throw invalidOption("fdb.table: 'self' or 'master' is wanted", 'net')
    const header = ndmsg({
      family: AF.BRIDGE,
      index: this.#links.index(dev),
      state: states.permanent | states.noarp,
      flags: table === 'self' ? NTF.SELF : NTF.MASTER,
    })
    const attributes = [
      bytes(NDA, 'LLADDR', parseMac('fdb.mac', mac)),
      ...ifGiven(remote, (it) => bytes(NDA, 'DST', parseIp('fdb.remote', it).bytes)),
      ...ifGiven(vlan, (it) => u16(NDA, 'VLAN', it)),
      ...ifGiven(port, (it) => be16(NDA, 'PORT', it)),
      ...ifGiven(vni, (it) => u32(NDA, 'VNI', it)),
    ]
    this.#socket.request(rtm(name, { header, attributes, flags, subject: mac }))
  }
}

/** Reads RTM_NEWNEIGH of AF_BRIDGE. */
export function parseFdbEntry(message: Message): FdbEntry {
  const { header, attributes: found } = splitPayload(message, NDMSG)
  const remote = found.bytes(NDA.DST)
  return {
    index: header.readInt32LE(4),
    mac: formatMac(found.bytes(NDA.LLADDR) ?? Buffer.alloc(0)),
    ...given('master', found.u32(NDA.MASTER)),
    ...given('remote', remote && formatIp(remote)),
    ...given('vlan', found.u16(NDA.VLAN)),
    state: stateName(header.readUInt16LE(8)),
    self: (header.readUInt8(10) & NTF.SELF) !== 0,
  }
}
