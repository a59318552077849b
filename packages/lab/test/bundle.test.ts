import { describe, expect, test } from 'vitest'
import { LONGEST_FRAME, VIRTIO_NET_HDR } from '../src/constants.ts'
import { bundleOf, bytesOf, cut, packetsOf } from '../src/emulator/bundle.ts'
import { Pipe } from '../src/emulator/pipe.ts'
import { randomOf } from '../src/emulator/random.ts'
import { changed, type Impairment, perfect } from '../src/impairment.ts'

type Kind = 'tcp4' | 'tcp6' | 'udp4' | 'vlan'
const kinds: readonly Kind[] = ['tcp4', 'tcp6', 'udp4', 'vlan']
const [FIN, PSH, ACK, CWR] = [0x01, 0x08, 0x10, 0x80]
const SIZE = 1000

/** What a kernel hands over at once: payload counts up in words of 32 bits. */
function bundled(kind: Kind, bytes: number): Buffer {
  const isTcp = kind !== 'udp4'
  const network = VIRTIO_NET_HDR + (kind === 'vlan' ? 18 : 14)
  const transport = network + (kind === 'tcp6' ? 40 : 20)
  const headers = transport + (isTcp ? 32 : 8) // timestamps, as nearly every segment has
  const frame = Buffer.alloc(headers + bytes)
  frame[0] = 1 // VIRTIO_NET_HDR_F_NEEDS_CSUM
  frame[1] = { tcp4: 1, vlan: 1, tcp6: 4, udp4: 5 }[kind] | (kind === 'tcp4' ? 0x80 : 0)
  frame.writeUInt16LE(frame.length - VIRTIO_NET_HDR, 2) // all of it is linear
  frame.writeUInt16LE(SIZE, 4)
  frame.writeUInt16LE(transport - VIRTIO_NET_HDR, 6)
  frame.writeUInt16LE(isTcp ? 16 : 6, 8)
  frame.write('0262000000020262000000010000', VIRTIO_NET_HDR, 'hex')
  if (kind === 'vlan') frame.write('81000007', network - 6, 'hex')
  frame.writeUInt16BE(kind === 'tcp6' ? 0x86dd : 0x800, network - 2)
  if (kind === 'tcp6') {
    frame.write('6000000000000640', network, 'hex')
    frame.writeUInt16BE(frame.length - transport, network + 4)
    frame.write(`${'fd'.padEnd(31, '0')}1${'fd'.padEnd(31, '0')}2`, network + 8, 'hex')
  } else {
    frame.write(`45000000fffe400040${isTcp ? '06' : '11'}00000a0000010a000002`, network, 'hex')
    frame.writeUInt16BE(frame.length - network, network + 2)
  }
  if (isTcp) {
    frame.write('1f90c350fffffff00000000080', transport, 'hex')
    frame[transport + 13] = ACK | PSH | FIN | CWR
  } else {
    frame.write('1f90c350', transport, 'hex')
    frame.writeUInt16BE(frame.length - transport, transport + 4)
  }
  for (let at = 0; at + 4 <= bytes; at += 4) frame.writeUInt32BE(at / 4, headers + at)
  return frame
}

/** The sum of 16-bit words, as all of these protocols have it (RFC 1071). */
function sumOf(bytes: Buffer): number {
  let sum = 0
  bytes.forEach((byte, i) => {
    sum += i % 2 === 0 ? byte << 8 : byte
  })
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return sum
}

/** A packet whose checksum was made as its virtio header asks for, taken apart by what its own headers say. */
function parse(packet: Buffer) {
  const from = VIRTIO_NET_HDR + packet.readUInt16LE(6)
  const wire = Buffer.from(packet)
  const field = from + packet.readUInt16LE(8)
  wire.writeUInt16BE(~sumOf(wire.subarray(from)) & 0xffff, field)
  const network = wire.readUInt16BE(VIRTIO_NET_HDR + 12) === 0x8100 ? 28 : 24
  const isIpv6 = (wire[network] as number) >> 4 === 6
  const transport = network + (isIpv6 ? 40 : 20)
  const ip = wire.subarray(network, transport)
  const body = wire.subarray(transport)
  const addresses = isIpv6 ? ip.subarray(8) : ip.subarray(12)
  const protocol = (isIpv6 ? ip[6] : ip[9]) as number
  const pseudo = Buffer.from([0, protocol, body.length >> 8, body.length & 255])
  const isTcp = protocol === 6
  return {
    isWhole: packet.readUInt16LE(4) === 0 && packet[1] === 0,
    bytes: packet.length - VIRTIO_NET_HDR,
    length: isIpv6
      ? ip.readUInt16BE(4) === body.length
      : ip.readUInt16BE(2) === wire.length - network,
    header: isIpv6 || sumOf(ip) === 0xffff,
    checksum: sumOf(Buffer.concat([addresses, pseudo, body])) === 0xffff,
    udpLength: isTcp || body.readUInt16BE(4) === body.length,
    id: isIpv6 ? undefined : ip.readUInt16BE(4),
    sequence: isTcp ? body.readUInt32BE(4) : undefined,
    flags: isTcp ? body[13] : undefined,
    payload: Buffer.from(body.subarray(isTcp ? 32 : 8)),
  }
}

describe.each(kinds)('a bundle of %s', (kind) => {
  test('is cut into packets that are whole, in order, and have right lengths and checksums', () => {
    const frame = bundled(kind, 3500)
    const bundle = bundleOf(frame)
    const packets = Array.from(packetsOf(bundle, Buffer.alloc(LONGEST_FRAME)), parse)
    expect(bundle.count).toBe(4)
    expect(packets.map(({ payload }) => payload.length)).toEqual([1000, 1000, 1000, 500])
    const all = Buffer.concat(packets.map(({ payload }) => payload))
    expect(all.equals(frame.subarray(bundle.headers))).toBe(true)
    const right = { isWhole: true, length: true, header: true, checksum: true, udpLength: true }
    for (const [i, packet] of packets.entries()) {
      expect(packet).toMatchObject(right)
      expect(packet.bytes).toBe(bytesOf(bundle, i))
    }
    if (kind !== 'tcp6') expect(packets.map(({ id }) => id)).toEqual([0xfffe, 0xffff, 0, 1])
    if (kind === 'udp4') return
    expect(packets.map(({ sequence }) => sequence)).toEqual([0xfffffff0, 984, 1984, 2984])
    const [first, middle, last] = [ACK | CWR, ACK, ACK | PSH | FIN]
    expect(packets.map(({ flags }) => flags)).toEqual([first, middle, middle, last])
  })

  test('a part of it is a bundle that can be cut again', () => {
    const bundle = bundleOf(bundled(kind, 4000))
    const part = bundleOf(Buffer.from(cut(bundle, 1, 3, Buffer.alloc(LONGEST_FRAME))))
    expect(part).toMatchObject({ count: 2, headers: bundle.headers, size: SIZE })
    const memory = Buffer.alloc(LONGEST_FRAME)
    const direct = parse(Buffer.from(cut(bundle, 2, 3, memory)))
    expect(parse(Buffer.from(cut(part, 1, 2, memory)))).toEqual(direct)
  })
})

test('what is no bundle, or lies about itself, is one packet', () => {
  const frame = bundled('tcp4', 3000)
  const changes: ((of: Buffer) => unknown)[] = [
    (of) => of.fill(0, 0, VIRTIO_NET_HDR), // no offload
    (of) => of.fill(3, 1, 2), // fragments of a datagram
    (of) => of.writeUInt16LE(0xffff, 6), // a transport header behind its end
    (of) => of.writeUInt16LE(14, 6), // and before that of IP
    (of) => of.fill(47, 33, 34), // another protocol than it says
    (of) => of.fill(0xf0, 56, 57).fill(0, 90), // cut off below
  ]
  for (const [i, change] of changes.entries()) {
    const other = Buffer.from(i === 5 ? frame.subarray(0, 100) : frame)
    change(other)
    expect(bundleOf(other).count, `${i}`).toBe(1)
  }
  const random = randomOf(7)
  const memory = Buffer.alloc(LONGEST_FRAME)
  for (let i = 0; i < 2000; i++) {
    const hostile = bundled(kinds[i % 4] as Kind, 200)
    for (let n = 0; n < 4; n++) hostile[Math.floor(random() * 80)] = Math.floor(random() * 256)
    for (const packet of packetsOf(bundleOf(hostile), memory))
      expect(packet.length).toBeLessThanOrEqual(hostile.length)
  }
})

/** The runs of packets that come out of a bundle of 40, as first and last number of its words, and when. */
function passed(impairment: Impairment): { words: [number, number]; at: number }[] {
  const waiting: { due: number; run: () => void }[] = []
  const out: { words: [number, number]; at: number }[] = []
  let now = 0
  const time = { now: () => now, at: (due: number, run: () => void) => waiting.push({ due, run }) }
  const pipe = new Pipe(time, randomOf(1), (frame) => {
    const { headers } = bundleOf(frame)
    const words = frame.subarray(headers === frame.length ? frame.length - SIZE : headers)
    out.push({ words: [words.readUInt32BE(0), words.readUInt32BE(words.length - 4)], at: now })
  })
  pipe.line = changed(perfect, impairment)
  pipe.send(bundled('tcp4', 40 * SIZE))
  while (waiting.length > 0) {
    waiting.sort((a, b) => b.due - a.due)
    const next = waiting.pop()
    now = next?.due ?? now
    next?.run()
  }
  return out
}

describe('a line judges each packet of a bundle alone', () => {
  test('what is lost is missing, and the rest goes on in bundles', () => {
    const out = passed({ loss: 0.1 })
    const words = out.reduce((sum, { words: [first, last] }) => sum + last - first + 1, 0)
    expect(words % 250).toBe(0)
    expect(words).toBeLessThan(40 * 250)
    expect(out.length).toBeLessThan(12)
  })

  test('each takes its time at a rate, and only as many wait as there is room for', () => {
    const out = passed({ rate: '8mbit', queue: 30 })
    expect(out).toHaveLength(30)
    expect(out.map(({ words: [first] }) => first)).toEqual(out.map((_, i) => i * 250))
    // 1000 bytes of payload and 66 of headers
    expect(out.map(({ at }) => Math.round(at * 1000))).toEqual(out.map((_, i) => (i + 1) * 1066))
  })

  test('with a latency alone it stays one', () => {
    expect(passed({ latency: 5 })).toEqual([{ words: [0, 9999], at: 5 }])
  })
})
