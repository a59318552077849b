import { MSG } from '../kernel/constants.ts'
import { MSGHDR_BYTES, writeMsghdr } from './msghdr.ts'
import { attempt } from './result.ts'

/** A datagram, where it came from and what the kernel says beside. */
export interface Datagram {
  readonly bytes: Buffer
  /** The sender's `struct sockaddr`. */
  readonly name: Buffer
  /** The ancillary data, a row of `struct cmsghdr` (cmsg(3)). */
  readonly control: Buffer
}

/** Behind the header: room for a name and for ancillary data, then the bytes. */
const NAME = MSGHDR_BYTES
const NAME_ROOM = 32 // struct sockaddr_in6 has 28
const CONTROL = NAME + NAME_ROOM
const CONTROL_ROOM = 64
const BYTES = CONTROL + CONTROL_ROOM
/** The longest that UDP carries (RFC 768). */
const LONGEST = 65_535

/**
 * `receiveDatagram(socket)` — the next datagram, without waiting; `undefined` when there is none, or the socket has an error
 * to tell, which is then taken.
 *
 * @see recvmsg(2), ip(7), ipv6(7)
 */
export function receiveDatagram(socket: number): Datagram | undefined {
  const memory = Buffer.allocUnsafeSlow(BYTES + LONGEST).fill(0, 0, BYTES)
  writeHeader(memory, { name: NAME_ROOM, control: CONTROL_ROOM, bytes: LONGEST })
  const length = attempt('recvmsg', socket, memory, MSG.DONTWAIT | MSG.CMSG_CLOEXEC)
  if (length < 0) return undefined
  return {
    bytes: Buffer.from(memory.subarray(BYTES, BYTES + length)),
    name: Buffer.from(memory.subarray(NAME, NAME + memory.readUInt32LE(8))),
    control: Buffer.from(memory.subarray(CONTROL, CONTROL + memory.readUInt32LE(40))),
  }
}

/**
 * `sendDatagram(socket, datagram)` — without waiting; `false` when it was not taken: who it is for is gone, or there is no room.
 *
 * @see sendmsg(2)
 */
export function sendDatagram(socket: number, { bytes, name, control }: Datagram): boolean {
  const memory = Buffer.alloc(BYTES + bytes.length)
  writeHeader(memory, { name: name.length, control: control.length, bytes: bytes.length })
  memory.set(name, NAME)
  memory.set(control, CONTROL)
  memory.set(bytes, BYTES)
  return attempt('sendmsg', socket, memory, MSG.DONTWAIT | MSG.NOSIGNAL) === bytes.length
}

function writeHeader(
  memory: Buffer,
  sizes: { name: number; control: number; bytes: number },
): void {
  writeMsghdr(memory, {
    name: { at: NAME, size: sizes.name },
    control: { at: CONTROL, size: sizes.control },
    bytes: { at: BYTES, size: sizes.bytes },
  })
}
