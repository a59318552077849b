import { isHostName, normalName } from './allow-list.ts'

/** A question of DNS, as far as this resolver looks at it (RFC 1035, 4.1). */
export interface Question {
  /** In lower case; empty when it is none that a host can have. */
  readonly name: string
  /** A `TYPE`, or 0 for another class than IN. */
  readonly type: number
  /** Header and question, as they came: an answer repeats them. */
  readonly bytes: Buffer
}

export const TYPE = { A: 1, AAAA: 28 } as const
export const RCODE = { NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3 } as const

const HEADER = 12
const IN = 1
/** Seconds. An address stays as long as its child, so it may be asked for anew at any time. */
const TTL = 60

/** Reads a query with one question; `undefined` for all that is none. */
export function readQuestion(message: Buffer): Question | undefined {
  if (message.length < HEADER || message.readUInt16BE(4) !== 1) return undefined
  if ((message.readUInt16BE(2) & 0xf800) !== 0) return undefined // QR or an OPCODE other than QUERY
  const labels: string[] = []
  for (let at = HEADER; ; ) {
    const length = message[at]
    if (length === undefined || length > 63) return undefined // no pointers in a question
    const end = at + 1 + length
    if (length > 0) {
      labels.push(message.toString('latin1', at + 1, end))
      at = end
      continue
    }
    if (end + 4 > message.length) return undefined
    const name = normalName(labels.join('.'))
    const isPlain = isHostName(name) && labels.every((label) => !label.includes('.'))
    const type = message.readUInt16BE(end + 2) === IN ? message.readUInt16BE(end) : 0
    return { name: isPlain ? name : '', type, bytes: message.subarray(0, end + 4) }
  }
}

/** An answer: with an address, without one, or with an error. */
export function answer({ bytes, type }: Question, rcode: number, address?: Uint8Array): Buffer {
  const head = Buffer.from(bytes)
  const recursionDesired = head.readUInt16BE(2) & 0x0100
  head.writeUInt16BE(0x8080 | recursionDesired | rcode, 2) // QR, RA
  head.writeUInt16BE(address ? 1 : 0, 6)
  head.fill(0, 8, HEADER) // no authority, nothing beside, though the query may have brought EDNS
  if (!address) return head
  const record = Buffer.alloc(12)
  record.writeUInt16BE(0xc000 | HEADER, 0) // the name of the question
  record.writeUInt16BE(type, 2)
  record.writeUInt16BE(IN, 4)
  record.writeUInt32BE(TTL, 6)
  record.writeUInt16BE(address.length, 10)
  return Buffer.concat([head, record, address])
}
