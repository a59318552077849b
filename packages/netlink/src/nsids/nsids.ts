import { Namespace, type NamespaceRef } from '@ns/syscalls'
import { type Attribute, s32, u32 } from '../codec/attribute.ts'
import { splitPayload } from '../codec/message.ts'
import { rtm } from '../rtnetlink/request.ts'
import type { NetlinkSocket } from '../socket/netlink-socket.ts'

/** `include/uapi/linux/net_namespace.h` */
const NETNSA = { NSID: 1, FD: 3 } as const
/** NETNSA_NSID_NOT_ASSIGNED */
const NOT_ASSIGNED = -1
/** Bytes of `struct rtgenmsg`, padded. */
const RTGENMSG = 4

/** Numbers by which this namespace knows others: `Link.netnsId` is one. */
export class NetnsIds {
  readonly #socket: NetlinkSocket

  constructor(socket: NetlinkSocket) {
    this.#socket = socket
  }

  /** All numbers that are assigned. */
  list(): number[] {
    return this.#socket
      .dump(rtm('GETNSID', { header: Buffer.alloc(RTGENMSG) }))
      .map((message) => splitPayload(message, RTGENMSG).attributes.s32(NETNSA.NSID) ?? NOT_ASSIGNED)
  }

  /** The number of a namespace, if it has one here. */
  get(ref: NamespaceRef): number | undefined {
    const [message] = this.#ask('GETNSID', ref, [])
    const id = message && splitPayload(message, RTGENMSG).attributes.s32(NETNSA.NSID)
    return id === undefined || id === NOT_ASSIGNED ? undefined : id
  }

  /**
   * Gives a namespace a number, for good.
   *
   * @param id by default the lowest that is free
   * @returns the number
   * @throws {NetlinkError} `EEXIST` when the namespace has one, `ENOSPC` when the number is taken
   */
  assign(ref: NamespaceRef, id?: number): number {
    this.#ask('NEWNSID', ref, [s32(NETNSA, 'NSID', id ?? NOT_ASSIGNED)])
    return id ?? this.get(ref) ?? NOT_ASSIGNED
  }

  #ask(name: 'GETNSID' | 'NEWNSID', ref: NamespaceRef, more: readonly Attribute[]) {
    using namespace = Namespace.open('net', ref)
    const attributes = [u32(NETNSA, 'FD', namespace.fd), ...more]
    const header = Buffer.alloc(RTGENMSG)
    return this.#socket.request(rtm(name, { header, attributes, subject: namespace.toString() }))
  }
}
