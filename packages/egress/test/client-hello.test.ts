import { once } from 'node:events'
import { Duplex } from 'node:stream'
import { connect } from 'node:tls'
import { random } from '@ns/testkit'
import { describe, expect, test } from 'vitest'
import { readBegin } from '../src/client-hello.ts'

/** What Node's own TLS begins with. */
async function clientHello(servername?: string): Promise<Buffer> {
  const sent = Promise.withResolvers<Buffer>()
  const write = (chunk: Buffer, _: string, done: () => void) => {
    sent.resolve(chunk)
    done()
  }
  const socket = connect({
    socket: new Duplex({ read() {}, write }),
    ...(servername ? { servername } : {}),
  })
  const hello = await sent.promise
  socket.destroy()
  await once(socket, 'close')
  return hello
}

/** The same message in records of `size` bytes. */
function fragmented(hello: Buffer, size: number): Buffer {
  const message = hello.subarray(5)
  const records: Buffer[] = []
  for (let at = 0; at < message.length; at += size) {
    const fragment = message.subarray(at, at + size)
    records.push(Buffer.from([0x16, 3, 1, fragment.length >> 8, fragment.length & 255]), fragment)
  }
  return Buffer.concat(records)
}

describe('the begin of a stream', () => {
  test('names the server that TLS asks for, or that it asks for none', async () => {
    expect(readBegin(await clientHello('registry.example'))).toEqual({
      serverName: 'registry.example',
    })
    expect(readBegin(await clientHello())).toEqual({ serverName: undefined })
  })

  test('is incomplete until the last byte of the ClientHello, in one record or several', async () => {
    const hello = await clientHello('registry.example')
    for (const whole of [hello, fragmented(hello, 200)]) {
      expect(readBegin(whole)).toEqual({ serverName: 'registry.example' })
      for (let end = 0; end < whole.length; end++)
        expect(readBegin(whole.subarray(0, end))).toBe('incomplete')
    }
  })

  test('is damaged where nobody could agree on what it says', async () => {
    const hello = await clientHello('registry.example')
    expect(readBegin(fragmented(hello, 1))).toBe('damaged')
    expect(readBegin(Buffer.from([0x16, 3, 1, 0, 4, 2, 0, 0, 0]))).toBe('damaged') // a ServerHello
    const long = Buffer.from(hello)
    long.writeUIntBE(0xffffff, 6, 3)
    expect(readBegin(long)).toBe('damaged')
    const twoNames = Buffer.from(hello)
    twoNames.writeUInt8(1, hello.indexOf('registry') - 4) // a list that ends elsewhere
    expect(readBegin(twoNames)).toBe('damaged')
  })

  test('is something else when it is not TLS', () => {
    for (const text of ['GET / HTTP/1.1\r\n', 'SSH-2.0-x\r\n', '\x16\x02'])
      expect(readBegin(Buffer.from(text, 'latin1'))).toBe('other')
  })

  test('with any byte changed is read without an error', async () => {
    const hello = await clientHello('registry.example')
    const { below } = random(7)
    for (let i = 0; i < 2000; i++) {
      const changed = Buffer.from(hello)
      changed[below(changed.length)] = below(256)
      expect(() => readBegin(changed)).not.toThrow()
    }
  })
})
