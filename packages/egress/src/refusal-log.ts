import { Attributes, be32, bytes, formatIp, NETLINK_PROTOCOL, NetlinkSocket } from '@ns/netlink'
import { eventLoop, type Source } from '@ns/syscalls'
import {
  NFNL_SUBSYS_ULOG,
  NFULA,
  NFULA_CFG,
  NFULNL_CFG_CMD_BIND,
  NFULNL_COPY_PACKET,
  NFULNL_MSG,
} from './constants.ts'
import type { Refusal } from './refusal.ts'
import { LOG_GROUP } from './rules.ts'

/** Bytes of `struct nfgenmsg`. */
const NFGENMSG = 4
/** Of each packet so many bytes are looked at: the headers. */
const COPIED = 128

/** Hears of the packets that the rules inside refuse (nfnetlink_log). */
export class RefusalLog {
  readonly #socket: NetlinkSocket
  readonly #source: Source
  readonly #onRefuse: (refusal: Refusal) => void

  /** @param fd of NETLINK_NETFILTER, opened inside; it is closed with this, or when this fails */
  constructor(fd: number, onRefuse: (refusal: Refusal) => void) {
    this.#onRefuse = onRefuse
    this.#socket = NetlinkSocket.from(NETLINK_PROTOCOL.NETFILTER, fd)
    try {
      this.#listen()
    } catch (error) {
      this.#socket.close()
      throw error
    }
    this.#source = eventLoop.watch(this.#socket.fd, () => this.#read())
    this.#source.unref()
  }

  #listen(): void {
    const mode = Buffer.alloc(6) // struct nfulnl_msg_config_mode
    mode.writeUInt32BE(COPIED, 0)
    mode.writeUInt8(NFULNL_COPY_PACKET, 4)
    const attributes = [
      bytes(NFULA_CFG, 'CMD', Buffer.from([NFULNL_CFG_CMD_BIND])),
      bytes(NFULA_CFG, 'MODE', mode),
      be32(NFULA_CFG, 'QTHRESH', 1), // each at once, not a hundred together
    ]
    this.#socket.request({
      name: 'NFULNL_MSG_CONFIG',
      type: (NFNL_SUBSYS_ULOG << 8) | NFULNL_MSG.CONFIG,
      header: Buffer.from([0, 0, 0, LOG_GROUP]), // struct nfgenmsg; the group in network order
      attributes,
    })
  }

  #read(): void {
    for (let messages = this.#receive(); messages; messages = this.#receive())
      for (const { type, payload } of messages) {
        if (type !== ((NFNL_SUBSYS_ULOG << 8) | NFULNL_MSG.PACKET)) continue
        const packet = Attributes.parse(payload, NFGENMSG).bytes(NFULA.PAYLOAD)
        const refusal = packet && readPacket(packet)
        if (refusal) this.#onRefuse(refusal)
      }
  }

  #receive() {
    try {
      return this.#socket.receive()
    } catch {
      return undefined // ENOBUFS: more were refused than the socket could hold; the next event goes on
    }
  }

  close(): void {
    this.#source.close()
    this.#socket.close()
  }
}

const protocols: Readonly<Record<number, string>> = { 1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'icmp' }

/** Where a packet was to go; extension headers of IPv6 are a protocol like any other. */
function readPacket(packet: Buffer): Refusal | undefined {
  const isIpv6 = packet.length >= 40 && (packet[0] as number) >> 4 === 6
  if (packet.length < 20) return undefined
  const number = packet[isIpv6 ? 6 : 9] as number
  const protocol = protocols[number] ?? `${number}`
  const address = formatIp(isIpv6 ? packet.subarray(24, 40) : packet.subarray(16, 20))
  const at = isIpv6 ? 40 : ((packet[0] as number) & 15) * 4
  const hasPort = (protocol === 'tcp' || protocol === 'udp') && packet.length >= at + 4
  const port = hasPort ? { port: packet.readUInt16BE(at + 2) } : {}
  return { reason: 'address', protocol, address, ...port }
}
