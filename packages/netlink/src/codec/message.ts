import { malformed } from '../errors/netlink-error.ts'
import { type Attribute, sizeOf, writeAttributes } from './attribute.ts'
import { Attributes } from './attributes.ts'
import { align, NLMSG_HDRLEN } from './constants.ts'

/** A message to be sent, as data. */
export interface Request {
  /** `'RTM_NEWLINK'`: errors name it. */
  readonly name: string
  /** The object that is meant, for errors: `'eth0'`. */
  readonly subject?: string | undefined
  readonly type: number
  /** Of `NLM_F`; REQUEST is added. @default 0 */
  readonly flags?: number
  /** The struct in front of the attributes, such as `struct ifinfomsg`. */
  readonly header: Uint8Array
  readonly attributes: readonly Attribute[]
}

/** A message that was received. */
export interface Message {
  readonly type: number
  readonly flags: number
  /** The number of the request that it answers; 0: of none. */
  readonly sequence: number
  /** What follows `struct nlmsghdr`. */
  readonly payload: Buffer
}

/** Bytes of a message. */
function lengthOf({ header, attributes }: Request): number {
  return NLMSG_HDRLEN + align(header.length) + sizeOf(attributes)
}

/** Messages one after the other, numbered from `sequence`. `flags` are added to each one's own. */
export function encodeMessages(
  requests: readonly Request[],
  sequence: number,
  flags: number,
): Buffer {
  const memory = Buffer.alloc(requests.reduce((size, request) => size + lengthOf(request), 0))
  let at = 0
  requests.forEach((request, i) => {
    const length = lengthOf(request)
    memory.writeUInt32LE(length, at)
    memory.writeUInt16LE(request.type, at + 4)
    memory.writeUInt16LE((request.flags ?? 0) | flags, at + 6)
    memory.writeUInt32LE((sequence + i) >>> 0, at + 8)
    memory.set(request.header, at + NLMSG_HDRLEN)
    writeAttributes(memory, at + NLMSG_HDRLEN + align(request.header.length), request.attributes)
    at += length
  })
  return memory
}

/**
 * The messages of a datagram. They share its memory.
 *
 * @throws {NetlinkError} `EBADMSG` when it is cut, or a length leads out of it
 */
export function decodeMessages(datagram: Buffer): Message[] {
  const messages: Message[] = []
  for (let at = 0; at < datagram.length; ) {
    if (at + NLMSG_HDRLEN > datagram.length) throw malformed('a message without its header')
    const length = datagram.readUInt32LE(at)
    if (length < NLMSG_HDRLEN || at + length > datagram.length)
      throw malformed(`a message of ${length} bytes in ${datagram.length - at}`)
    messages.push({
      type: datagram.readUInt16LE(at + 4),
      flags: datagram.readUInt16LE(at + 6),
      sequence: datagram.readUInt32LE(at + 8),
      payload: datagram.subarray(at + NLMSG_HDRLEN, at + length),
    })
    at += align(length)
  }
  return messages
}

/**
 * A message's own struct and its attributes.
 *
 * @param size bytes of the struct
 * @throws {NetlinkError} `EBADMSG` when it is shorter
 */
export function splitPayload(
  { payload }: Message,
  size: number,
): { header: Buffer; attributes: Attributes } {
  if (payload.length < size) throw malformed(`${payload.length} bytes, not ${size}`)
  return {
    header: payload.subarray(0, size),
    attributes: Attributes.parse(payload, Math.min(align(size), payload.length)),
  }
}
