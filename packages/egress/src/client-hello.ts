/** What the begin of a stream is: not TLS, not yet known, damaged, or a ClientHello with the server's name, if it has one. */
export type Begin = 'other' | 'incomplete' | 'damaged' | { readonly serverName: string | undefined }

const HANDSHAKE = 0x16
const CLIENT_HELLO = 1
/** The largest fragment (RFC 8446, 5.1, with room for what older versions add). */
const MOST_OF_RECORD = 2 ** 14 + 256
/** No client sends as much, or in as many records: who does, does not want to be read. */
const MOST = 2 ** 15
const MOST_RECORDS = 16

/** Looks at the begin of what a client sends (RFC 8446, 4.1.2 and 5.1; RFC 6066, 3). It may come in any pieces. */
export function readBegin(bytes: Buffer): Begin {
  if (bytes.length === 0) return 'incomplete'
  if (bytes[0] !== HANDSHAKE) return 'other'
  if (bytes.length > 1 && bytes[1] !== 3) return 'other' // the major version, of all versions since SSL 3
  const hello = joinRecords(bytes)
  if (!Buffer.isBuffer(hello)) return hello
  try {
    return { serverName: readServerName(hello) }
  } catch {
    return 'damaged' // a length that leads out of it
  }
}

/** The handshake message, which may be spread over records. */
function joinRecords(bytes: Buffer): Buffer | 'incomplete' | 'damaged' {
  const fragments: Buffer[] = []
  for (let at = 0; ; ) {
    const message = Buffer.concat(fragments)
    if (message.length > 0 && message[0] !== CLIENT_HELLO) return 'damaged'
    const wanted = message.length < 4 ? undefined : 4 + message.readUIntBE(1, 3)
    if (wanted !== undefined && wanted > MOST) return 'damaged'
    if (wanted !== undefined && message.length >= wanted) return message.subarray(0, wanted)
    if (at + 5 > bytes.length) return 'incomplete'
    const length = bytes.readUInt16BE(at + 3)
    if (fragments.length === MOST_RECORDS) return 'damaged'
    if (bytes[at] !== HANDSHAKE || length === 0 || length > MOST_OF_RECORD) return 'damaged'
    if (at + 5 + length > bytes.length) return 'incomplete'
    fragments.push(bytes.subarray(at + 5, at + 5 + length))
    at += 5 + length
  }
}

/** @throws {RangeError} when it is damaged */
function readServerName(hello: Buffer): string | undefined {
  let at = 4 + 2 + 32 // its own header, version, random
  at += 1 + hello.readUInt8(at) // session id
  at += 2 + hello.readUInt16BE(at) // cipher suites
  at += 1 + hello.readUInt8(at) // compression methods
  if (at === hello.length) return undefined
  const end = at + 2 + hello.readUInt16BE(at)
  if (end !== hello.length) throw new RangeError('extensions')
  const names: string[] = []
  for (at += 2; at < end; ) {
    const type = hello.readUInt16BE(at)
    const length = hello.readUInt16BE(at + 2)
    if (at + 4 + length > end) throw new RangeError('extension')
    if (type === 0) names.push(readName(hello.subarray(at + 4, at + 4 + length)))
    at += 4 + length
  }
  if (names.length > 1) throw new RangeError('two names: who reads the other one?')
  return names[0]
}

/** A list with one entry of type host_name. */
function readName(extension: Buffer): string {
  const length = extension.readUInt16BE(3)
  const isOne = extension.readUInt16BE(0) === 3 + length && extension.length === 5 + length
  if (!isOne || extension.readUInt8(2) !== 0) throw new RangeError('server_name')
  return extension.toString('latin1', 5)
}
