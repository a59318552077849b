import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { random } from '@ns/testkit'
import { describe, expect, test } from 'vitest'
import { readAllowList } from '../src/allow-list.ts'
import { answer, RCODE, readQuestion, TYPE } from '../src/dns.ts'
import { Resolver } from '../src/resolver.ts'
import { Targets } from '../src/targets.ts'

function query(labels: readonly string[], type: number, flags = 0x0100): Buffer {
  const header = Buffer.from([18, 52, flags >> 8, flags & 255, 0, 1, 0, 0, 0, 0, 0, 0])
  const name = labels.flatMap((label) => [label.length, ...Buffer.from(label, 'latin1')])
  return Buffer.from([...header, ...name, 0, 0, type, 0, 1])
}

describe('a query', () => {
  test('is read, in any case of letters', () => {
    const message = query(['Registry', 'EXAMPLE'], TYPE.AAAA)
    expect(readQuestion(message)).toMatchObject({ name: 'registry.example', type: TYPE.AAAA })
    expect(readQuestion(Buffer.concat([message, Buffer.alloc(11)]))).toMatchObject({
      bytes: message, // EDNS behind it is no part of it
    })
  })

  test('for what no host can be called has no name: a dot or a NUL within a label', () => {
    for (const label of ['registry.example', 'a\0b', 'a b', 'ä'])
      expect(readQuestion(query([label, 'org'], TYPE.A))).toMatchObject({ name: '' })
    expect(readQuestion(query([], TYPE.A))).toMatchObject({ name: '' })
  })

  test('is none when it is an answer, cut short, or has a pointer', () => {
    const whole = query(['registry', 'example'], TYPE.A)
    expect(readQuestion(query(['a'], TYPE.A, 0x8100))).toBeUndefined()
    for (let end = 0; end < whole.length; end++)
      expect(readQuestion(whole.subarray(0, end))).toBeUndefined()
    const pointer = Buffer.from(whole)
    pointer[12] = 0xc0
    expect(readQuestion(pointer)).toBeUndefined()
  })

  test('of any bytes is read without an error', () => {
    const { below } = random(5)
    for (let i = 0; i < 2000; i++) {
      const bytes = Buffer.from(Array.from({ length: below(60) }, () => below(256)))
      expect(() => readQuestion(bytes)).not.toThrow()
    }
  })
})

test('an answer repeats number and question, and has the address behind them', () => {
  const message = query(['Registry', 'example'], TYPE.A)
  const question = readQuestion(message)
  if (!question) throw new Error('no question')
  const found = answer(question, RCODE.NOERROR, Buffer.from([198, 18, 0, 1]))
  expect(found.subarray(0, 8).toString('hex')).toBe('1234818000010001')
  expect(found.subarray(12, message.length)).toEqual(message.subarray(12))
  expect(found.subarray(message.length).toString('hex')).toBe('c00c000100010000003c0004c6120001')
  expect(answer(question, RCODE.NXDOMAIN).toString('hex', 0, 12)).toBe('123481830001000000000000')
})

test('whoever reads no answers is not listened to until it does', async () => {
  const resolver = new Resolver(
    new Targets(readAllowList([])),
    () => {},
    () => {},
  )
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [socket] = (await once(server, 'connection')) as [Socket]
  resolver.serveTcp(socket)
  const message = query(['a'.repeat(60), 'example'], TYPE.A)
  const one = Buffer.concat([Buffer.from([0, message.length]), message])
  const count = 150_000 // more than sockets hold
  client.end(Buffer.alloc(count * one.length, one))
  await once(socket, 'pause')
  expect(socket.writableLength).toBeLessThan(1 << 20)
  let length = 0
  for await (const chunk of client) length += chunk.length
  expect(length).toBe(count * one.length)
  server.close()
})
