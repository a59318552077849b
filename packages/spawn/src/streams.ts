import type { Readable } from 'node:stream'

export { pipeline } from 'node:stream/promises'

/** All that a stream gives, as UTF-8; what was read before a failure of the stream is kept. */
export async function text(stream: Readable | null): Promise<string> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of stream ?? []) chunks.push(chunk as Buffer)
  } catch {}
  return Buffer.concat(chunks).toString()
}
