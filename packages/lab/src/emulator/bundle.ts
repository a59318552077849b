import { ETH_HLEN, VIRTIO_NET_HDR } from '../constants.ts'

/** Where things are in `struct virtio_net_hdr`, which stands in front of a frame (include/uapi/linux/virtio_net.h). */
const AT = { flags: 0, gsoType: 1, headerBytes: 2, gsoSize: 4, checksumStart: 6 } as const
const NEEDS_CSUM = 1
const GSO = { TCPV4: 1, TCPV6: 4, UDP_L4: 5, ECN: 0x80 } as const
/** Of TCP (RFC 9293): the first segment's alone, and the last one's. */
const FIRST_ONLY = 0x80 // CWR
const LAST_ONLY = 0x01 | 0x08 // FIN, PSH
const PROTOCOL = { tcp: 6, udp: 17 } as const
const VLAN = [0x8100, 0x88a8]

/**
 * A frame that may stand for several packets: with segmentation offload the kernel hands over up to 64 KiB of a connection at once,
 * with one header, and leaves it to the other end to cut it. So a read brings forty packets, and what is done to each of
 * them costs no system call.
 */
export interface Bundle {
  readonly frame: Buffer
  /** How many packets it is; 1 for one that is just a frame. */
  readonly count: number
  /** Bytes of all headers, the virtio header too; each packet has them anew. */
  readonly headers: number
  /** Bytes of payload in each packet but the last. */
  readonly size: number
  /** Where the headers of IP, and of TCP or UDP, begin. */
  readonly network: number
  readonly transport: number
}

/** A frame as it is: one packet, whatever is in it. */
export function wholeOf(frame: Buffer): Bundle {
  return { frame, count: 1, headers: frame.length, size: 0, network: 0, transport: 0 }
}

/** A frame as the packets that it stands for. What can't be cut, such as fragments of a datagram, is one. */
export function bundleOf(frame: Buffer): Bundle {
  const size = frame.readUInt16LE(AT.gsoSize)
  const type = (frame[AT.gsoType] as number) & ~GSO.ECN
  if (size === 0 || !((frame[AT.flags] as number) & NEEDS_CSUM)) return wholeOf(frame)
  let network = VIRTIO_NET_HDR + ETH_HLEN
  while (network + 40 < frame.length && VLAN.includes(frame.readUInt16BE(network - 2))) network += 4
  const transport = VIRTIO_NET_HDR + frame.readUInt16LE(AT.checksumStart)
  if (network + 40 > frame.length || transport + 20 > frame.length) return wholeOf(frame)
  const ip = isIpv6(frame, network) ? 40 : ((frame[network] as number) & 15) * 4
  if (ip < 20 || transport < network + ip) return wholeOf(frame)
  const isTcp = type === GSO.TCPV4 || type === GSO.TCPV6
  const protocol = frame[network + (isIpv6(frame, network) ? 6 : 9)]
  if ((!isTcp && type !== GSO.UDP_L4) || protocol !== (isTcp ? PROTOCOL.tcp : PROTOCOL.udp))
    return wholeOf(frame)
  const own = isTcp ? ((frame[transport + 12] as number) >> 4) * 4 : 8
  const headers = transport + own
  if ((isTcp && own < 20) || headers >= frame.length) return wholeOf(frame)
  const count = Math.ceil((frame.length - headers) / size)
  return { frame, count, headers, size, network, transport }
}

const isIpv6 = (frame: Buffer, network: number) => (frame[network] as number) >> 4 === 6

/** How long a packet of it is on the wire. */
export function bytesOf({ frame, count, headers, size }: Bundle, packet: number): number {
  const isLast = packet === count - 1
  return (isLast ? frame.length - packet * size : headers + size) - VIRTIO_NET_HDR
}

/**
 * Packets of it, from one to before another, as a bundle of their own: what is left when others are lost or late. As
 * tcp_gso_segment() of the kernel makes them; checksums stay for the other end to make.
 *
 * @param memory where it is made; has to have room for all
 */
export function cut(bundle: Bundle, from: number, to: number, memory: Buffer): Buffer {
  const { frame, count, headers, size, network, transport } = bundle
  if (from === 0 && to === count) return frame
  const begin = headers + from * size
  const end = Math.min(headers + to * size, frame.length)
  frame.copy(memory, 0, 0, headers)
  frame.copy(memory, headers, begin, end)
  const made = memory.subarray(0, headers + end - begin)
  const isTcp = made[AT.gsoType] !== GSO.UDP_L4
  made.writeUInt16LE(headers - VIRTIO_NET_HDR, AT.headerBytes)
  if (from > 0) made[AT.gsoType] = (made[AT.gsoType] as number) & ~GSO.ECN
  if (to - from === 1) made.fill(0, AT.gsoType, AT.gsoType + 1).writeUInt16LE(0, AT.gsoSize)
  writeNetwork(made, network, from)
  if (isTcp) {
    made.writeUInt32BE((made.readUInt32BE(transport + 4) + from * size) >>> 0, transport + 4)
    const gone = (from > 0 ? FIRST_ONLY : 0) | (to < count ? LAST_ONLY : 0)
    made[transport + 13] = (made[transport + 13] as number) & ~gone
  } else made.writeUInt16BE(made.length - transport, transport + 4)
  const pseudo = pseudoHeader(made, network, made.length - transport, isTcp)
  made.writeUInt16BE(pseudo, transport + (isTcp ? 16 : 6))
  return made
}

/** Each packet alone, one after the other in the same memory. */
export function* packetsOf(bundle: Bundle, memory: Buffer): Generator<Buffer> {
  for (let i = 0; i < bundle.count; i++) yield cut(bundle, i, i + 1, memory)
}

function writeNetwork(made: Buffer, network: number, packet: number): void {
  if (isIpv6(made, network)) {
    made.writeUInt16BE(made.length - network - 40, network + 4)
    return
  }
  made.writeUInt16BE(made.length - network, network + 2)
  made.writeUInt16BE((made.readUInt16BE(network + 4) + packet) & 0xffff, network + 4)
  made.writeUInt16BE(0, network + 10)
  const end = network + ((made[network] as number) & 15) * 4
  made.writeUInt16BE(~fold(sum(made, network, end)) & 0xffff, network + 10)
}

/** The sum over addresses, protocol and length, which the field of the checksum holds until that is made (RFC 9293). */
function pseudoHeader(made: Buffer, network: number, length: number, isTcp: boolean): number {
  const [from, to] = isIpv6(made, network) ? [8, 40] : [12, 20]
  const addresses = sum(made, network + from, network + to)
  return fold(addresses + (isTcp ? PROTOCOL.tcp : PROTOCOL.udp) + length)
}

function sum(bytes: Buffer, from: number, to: number): number {
  let all = 0
  for (let at = from; at < to; at += 2) all += bytes.readUInt16BE(at)
  return all
}

function fold(wide: number): number {
  const once = (wide & 0xffff) + (wide >>> 16)
  return (once & 0xffff) + (once >>> 16)
}
