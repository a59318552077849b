import type { Readable } from 'node:stream'

const NEWLINE = 10

/** At most so many bytes, of which `exceed` is told: it ends what writes them. */
export interface Most {
  readonly bytes: number
  exceed(): void
}

/** All that a stream gives, as UTF-8; what was read before a failure of the stream is kept. */
export async function collect(stream: Readable | null, most: Most): Promise<string> {
  const chunks: Buffer[] = []
  let room = most.bytes
  try {
    for await (const chunk of (stream ?? []) as AsyncIterable<Buffer>) {
      chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk)
      room -= chunk.length
      if (room >= 0) continue
      most.exceed()
      break
    }
  } catch {}
  return Buffer.concat(chunks).toString()
}

/** Line by line as UTF-8, without the newlines; each is asked for before more is read. What has no newline is one too. */
export async function* lines(stream: Readable | null, most: Most): AsyncGenerator<string, void> {
  let begun: Buffer[] = []
  let length = 0
  for await (const chunk of (stream ?? []) as AsyncIterable<Buffer>) {
    let from = 0
    for (let to = chunk.indexOf(NEWLINE); to >= 0; to = chunk.indexOf(NEWLINE, from)) {
      yield Buffer.concat([...begun, chunk.subarray(from, to)]).toString()
      begun = []
      length = 0
      from = to + 1
    }
    const rest = chunk.subarray(from)
    length += rest.length
    if (length > most.bytes) {
      most.exceed()
      return
    }
    if (rest.length > 0) begun.push(rest)
  }
  if (begun.length > 0) yield Buffer.concat(begun).toString()
}
