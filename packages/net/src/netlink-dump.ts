import { count, SyscallError, succeed } from '@ns/syscalls'
import { NLM_F, NLMSG } from './constants.ts'

/** A message of a dump: its type and what follows its header. */
export interface NetlinkMessage {
  readonly type: number
  readonly payload: Buffer
}

/**
 * Asks for all objects of a kind; the kernel answers in the same call, so no read waits (netlink(7)).
 *
 * @param socket of NETLINK_ROUTE
 * @param type `RTM_GET…`
 * @param size bytes of the request's own header, zeros
 * @throws {SyscallError} what the kernel answered
 */
export function dump(socket: number, type: number, size: number): NetlinkMessage[] {
  const request = Buffer.alloc(NLMSG.HEADER + size)
  request.writeUInt32LE(request.length, 0)
  request.writeUInt16LE(type, 4)
  request.writeUInt16LE(NLM_F.REQUEST | NLM_F.DUMP, 6)
  succeed({}, 'sendto', socket, request, request.length, 0)
  const messages: NetlinkMessage[] = []
  const buffer = Buffer.alloc(32_768) // the most that the kernel puts into one answer
  for (;;) {
    const length = count({}, 'recvfrom', socket, buffer, buffer.length, 0)
    for (const message of split(Buffer.from(buffer.subarray(0, length)))) {
      if (message.type === NLMSG.ERROR)
        throw new SyscallError(-message.payload.readInt32LE(0), 'netlink')
      if (message.type === NLMSG.DONE) return messages
      messages.push(message)
    }
  }
}

function* split(bytes: Buffer): Generator<NetlinkMessage> {
  for (let at = 0; at + NLMSG.HEADER <= bytes.length; ) {
    const length = bytes.readUInt32LE(at)
    if (length < NLMSG.HEADER || at + length > bytes.length) return
    yield {
      type: bytes.readUInt16LE(at + 4),
      payload: bytes.subarray(at + NLMSG.HEADER, at + length),
    }
    at += (length + 3) & ~3
  }
}

/** The attributes behind a message's own header, by type. */
export function attributes(payload: Buffer, headerSize: number): Map<number, Buffer> {
  const found = new Map<number, Buffer>()
  for (let at = headerSize; at + 4 <= payload.length; ) {
    const length = payload.readUInt16LE(at)
    if (length < 4 || at + length > payload.length) break
    found.set(payload.readUInt16LE(at + 2) & 0x3fff, payload.subarray(at + 4, at + length))
    at += (length + 3) & ~3
  }
  return found
}
