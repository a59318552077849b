import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { addChain, addTable } from '@ns/netlink'
import { asCaller, checkLeaks, failure, needs, running, userNamespaces, waitFor } from '@ns/testkit'
import { beforeEach, describe, expect, test } from 'vitest'
import { type ForwardOptions, NetNs, net } from '../src/index.ts'
import { inside } from './inside.ts'

beforeEach(needs(userNamespaces))
checkLeaks()

const echo = {
  file: process.execPath,
  args: [
    '-e',
    `require('node:net').createServer({ allowHalfOpen: true }, (socket) => {
       socket.write('hello '); socket.pipe(socket) }).listen(8000, '127.0.0.1')`,
  ],
}

describe('ports of ours that lead inside', () => {
  test('reach what listens on the loopback there, both ways, with half-closed ends', async () => {
    await using outer = await inside()
    const server = await outer.ns.listen(
      { host: '127.0.0.1', port: 80, allowHalfOpen: true },
      (socket) => {
        socket.write('hello ')
        socket.pipe(socket)
      },
    )
    const forward = await outer.ns.forward({ port: 0, to: { port: 80 } })
    const client = connect({ port: forward.port, host: forward.host })
    client.end('world')
    expect(await text(client)).toBe('hello world')
    forward.close()
    forward.close()
    await new Promise((done) => server.close(done))
  })

  test('move a mebibyte each way', async () => {
    await using outer = await inside()
    const server = await outer.ns.listen(
      { host: '127.0.0.1', port: 80, allowHalfOpen: true },
      (socket) => void socket.pipe(socket),
    )
    await using forward = await outer.ns.forward({ port: 0, to: { port: 80 } })
    const client = connect({ port: forward.port, host: forward.host })
    client.end(Buffer.alloc(1 << 20, 'x'))
    expect((await text(client)).length).toBe(1 << 20)
    await new Promise((done) => server.close(done))
  })

  test('where nobody listens are closed at once', async () => {
    await using outer = await inside()
    await using forward = await outer.ns.forward({ port: 0, to: { port: 9 } })
    const client = connect({ port: forward.port, host: forward.host })
    expect(await new Promise((told) => client.on('error', told))).toMatchObject({
      code: 'ECONNRESET',
    })
  })

  test('where nobody answers wait no longer than they are open', async () => {
    await using outer = await inside()
    using nft = await outer.ns.nftables()
    const table = { family: 'inet', name: 'silence' } as const
    const drop = { type: 'filter', hook: 'input', policy: 'drop' } as const
    nft.apply([addTable(table), addChain(table, 'input', drop)])
    const waiting = () =>
      process.getActiveResourcesInfo().filter((name) => name === 'ConnectWrap').length
    const before = waiting()
    const forward = await outer.ns.forward({ port: 0, to: { port: 80 } })
    const client = connect(forward.port)
    await once(client, 'connect')
    await waitFor(() => waiting() === before + 1)
    const closed = once(client, 'close')
    forward.close()
    await closed
    await waitFor(() => waiting() === before)
  })

  test('lead to a name of `hosts`, to IPv6 too, and to no other', async () => {
    const hosts = { 'dns.test': '::1' }
    using ns = await NetNs.create({ hosts })
    const server = await ns.udp({ host: '::1', port: 53 })
    server.on('message', (message, { port, address }) => server.send(message, port, address))
    const to = { port: 53, host: 'dns.test' }
    await using forward = await ns.forward({ port: 0, protocol: 'udp', to })
    const client = createSocket('udp4')
    client.send('a', forward.port, forward.host)
    const [answer] = await once(client, 'message')
    expect(`${answer}`).toBe('a')
    client.close()
    server.close()
    await expect(ns.forward({ port: 0, to: { port: 80, host: 'x' } })).rejects.toMatchObject({
      code: 'ERR_NS_INVALID_OPTION',
    })
  })

  test('of UDP carry each sender’s datagrams, and what comes back goes back to it', async () => {
    await using outer = await inside()
    const server = await outer.ns.udp({ host: '127.0.0.1', port: 53 })
    const senders = new Set<number>()
    server.on('message', (message, { port, address }) => {
      senders.add(port)
      server.send(`${message}?`, port, address)
    })
    const forward = await outer.ns.forward({ port: 0, protocol: 'udp', to: { port: 53 } })
    const [one, other] = [createSocket('udp4'), createSocket('udp4')]
    const ask = async (client: typeof one, text: string) => {
      client.send(text, forward.port, forward.host)
      const [answer] = await once(client, 'message')
      return `${answer}`
    }
    expect(await Promise.all([ask(one, 'a'), ask(other, 'b')])).toEqual(['a?', 'b?'])
    expect(await ask(one, 'c'.repeat(9000))).toBe(`${'c'.repeat(9000)}?`)
    expect(senders.size).toBe(2)
    server.close()
    one.send('nobody listens now', forward.port, forward.host)
    const again = await outer.ns.udp({ host: '127.0.0.1', port: 53 })
    again.on('message', (message, { port, address }) => again.send(message, port, address))
    await waitFor(async () => (await Promise.race([ask(one, 'd'), setTimeout(200)])) !== undefined)
    forward.close()
    forward.close()
    again.close()
    one.close()
    other.close()
  })

  test('of UDP, of a start, are there with it and gone with it', async () => {
    await using outer = await inside()
    const forwards = [{ port: 8080, protocol: 'udp', to: { port: 8000 } }] as const
    const script = `const socket = require('node:dgram').createSocket('udp4').bind(8000, '127.0.0.1')
      socket.on('message', (it, { port }) => socket.send('hello ' + it, port, '127.0.0.1'))`
    const command = { file: process.execPath, args: ['-e', script] }
    const wired = asCaller([net({ forwards, outside: outer.pid })], outer.pid)
    const child = await running(wired, command)
    const client = await outer.ns.udp()
    const answer = once(client, 'message')
    let isAnswered = false
    void answer.then(() => {
      isAnswered = true
    })
    await waitFor(() => {
      if (!isAnswered) client.send('world', 8080, '127.0.0.1')
      return isAnswered
    })
    expect(`${(await answer)[0]}`).toBe('hello world')
    await child[Symbol.asyncDispose]()
    const free = await outer.ns.udp({ host: '127.0.0.1', port: 8080 })
    free.close()
    client.close()
  })

  test('of a start are there with it and gone with it', async () => {
    await using outer = await inside()
    const forwards = [{ port: 8080, to: { port: 8000 } }]
    const child = await running(asCaller([net({ forwards, outside: outer.pid })], outer.pid), echo)
    const ask = async () => {
      const client = await outer.ns.connect({ host: '127.0.0.1', port: 8080 })
      client.end('world')
      return await text(client).catch(() => '')
    }
    await waitFor(async () => (await ask()) === 'hello world')
    await child[Symbol.asyncDispose]()
    await expect(ask()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  test('that are taken fail the start, and nothing is left of it', async () => {
    await using outer = await inside()
    const taken = await outer.ns.listen({ host: '127.0.0.1', port: 8080 })
    const forwards = [{ port: 8081 }, { port: 8080 }]
    const contributions = asCaller([net({ forwards, outside: outer.pid })], outer.pid)
    const error = await failure(contributions, { file: 'true' })
    expect(error).toMatchObject({ code: 'EADDRINUSE' })
    const free = outer.ns.connect({ host: '127.0.0.1', port: 8081 })
    await expect(free).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await new Promise((done) => taken.close(done))
  })

  test.each<[ForwardOptions, RegExp]>([
    [{ port: 65_536 }, /net\.forwards\.port/],
    [{ port: -1 }, /net\.forwards\.port/],
    [{ port: 0 }, /net\.forwards/],
    [{ port: 80, to: { port: 1e9 } }, /net\.forwards\.to\.port/],
    [{ port: 80, protocol: 'sctp' } as never, /net\.forwards\.protocol/],
  ])('A7: hostile ones are refused before anything exists: %o', (forward, message) => {
    expect(() => net({ forwards: [forward] })).toThrow(
      expect.objectContaining({
        code: 'ERR_NS_INVALID_OPTION',
        message: expect.stringMatching(message),
      }),
    )
  })

  test('listen on the caller’s own loopback unless told otherwise', async () => {
    const probe = createServer().listen(0, '127.0.0.1')
    await new Promise((done) => probe.once('listening', done))
    const { port } = probe.address() as { port: number }
    await new Promise((done) => probe.close(done))
    await using _child = await running(
      asCaller([net({ forwards: [{ port, to: { port: 8000 } }] })]),
      echo,
    )
    await waitFor(async () => {
      const client = connect({ port, host: '127.0.0.1' })
      client.end('world')
      return (await text(client).catch(() => '')) === 'hello world'
    })
  })
})
