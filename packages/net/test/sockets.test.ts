import { once } from 'node:events'
import { createServer, get, type IncomingMessage, type RequestOptions } from 'node:http'
import https from 'node:https'
import type { Server, Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { createServer as createTlsServer } from 'node:tls'
import { checkLeaks, needs, ownLinks, userNamespaces } from '@ns/testkit'
import { beforeEach, describe, expect, test } from 'vitest'
import { NetNs } from '../src/index.ts'
import { inside, namespaceOf } from './inside.ts'

beforeEach(needs(userNamespaces))
checkLeaks()

const portOf = (server: { address(): unknown }) => (server.address() as { port: number }).port
const ended = async (server: Server) => await new Promise((done) => server.close(done))
const invalid = (message: RegExp) =>
  expect.objectContaining({
    code: 'ERR_NS_INVALID_OPTION',
    message: expect.stringMatching(message),
  })

describe('TCP', () => {
  test.each(['127.0.0.1', '::1'])(
    'a server and its client at %s are inside, both ends of it',
    async (host) => {
      await using it = await inside()
      const accepted = Promise.withResolvers<Socket>()
      const server = await it.ns.listen({ host }, (socket) => {
        accepted.resolve(socket)
        socket.end('answer')
      })
      const client = await it.ns.connect({ host, port: portOf(server) })
      const sockets = [server, client, await accepted.promise]
      expect(sockets.map(namespaceOf)).toEqual(Array(3).fill(`${it.ns}`))
      expect(namespaceOf(client)).not.toBe(ownLinks().net)
      expect(await text(client)).toBe('answer')
      await ended(server)
    },
  )

  test('a server for all addresses answers IPv4 and IPv6; nobody outside reaches it', async () => {
    await using it = await inside()
    await using other = await inside()
    const server = await it.ns.listen({}, (socket) => socket.end('answer'))
    for (const host of ['127.0.0.1', '::1', 'localhost'])
      expect(await text(await it.ns.connect({ host, port: portOf(server) }))).toBe('answer')
    await expect(other.ns.connect({ port: portOf(server) })).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    })
    await ended(server)
  })

  test('the same low port is free in each, and taken once', async () => {
    await using one = await inside()
    await using two = await inside()
    const servers = [await one.ns.listen({ port: 80 }), await two.ns.listen({ port: 80 })]
    await expect(one.ns.listen({ port: 80 })).rejects.toMatchObject({
      code: 'EADDRINUSE',
      syscall: 'bind',
      address: '::',
      port: 80,
    })
    await expect(one.ns.listen({ host: '192.0.2.1' })).rejects.toMatchObject({
      code: 'EADDRNOTAVAIL',
    })
    await Promise.all(servers.map(ended))
  })

  test('a hundred connections at once are all inside', async () => {
    await using it = await inside()
    const server = await it.ns.listen({}, (socket) => socket.end(`${socket.remotePort}`))
    const many = await Promise.all(
      Array.from({ length: 100 }, () => it.ns.connect({ port: portOf(server) })),
    )
    expect(new Set(many.map(namespaceOf))).toEqual(new Set([`${it.ns}`]))
    const answers = await Promise.all(
      many.map(async (socket) => [`${socket.localPort}`, await text(socket)]),
    )
    expect(answers.every(([own, seen]) => own === seen)).toBe(true)
    await ended(server)
  })

  test('errors have the shape of Node', async () => {
    await using it = await inside()
    await expect(it.ns.connect({ host: '127.0.0.1', port: 9 })).rejects.toMatchObject({
      code: 'ECONNREFUSED',
      syscall: 'connect',
      address: '127.0.0.1',
      port: 9,
    })
    await expect(it.ns.connect({ host: '192.0.2.1', port: 9 })).rejects.toMatchObject({
      code: 'ENETUNREACH',
    })
  })

  test('a connection comes from where it is told to; an abort ends the attempt', async () => {
    await using it = await inside()
    const server = await it.ns.listen({}, (socket) => socket.end(`${socket.remoteAddress}`))
    const port = portOf(server)
    const client = await it.ns.connect({ port, localAddress: '127.0.0.9' })
    expect(await text(client)).toBe('::ffff:127.0.0.9')
    const aborted = AbortSignal.abort(new Error('no more'))
    await expect(it.ns.connect({ port, signal: aborted })).rejects.toThrow('no more')
    const controller = new AbortController()
    const attempt = it.ns.connect({ port, signal: controller.signal })
    controller.abort()
    await expect(attempt).rejects.toMatchObject({ name: 'AbortError' })
    await ended(server)
  })

  test('no socket can be used a second time, which would be outside', async () => {
    await using it = await inside()
    const server = await it.ns.listen({}, (socket) => socket.end())
    const client = await it.ns.connect({ port: portOf(server) })
    client.destroy()
    await once(client, 'close')
    await ended(server)
    expect(() => client.connect(80, '127.0.0.1')).toThrow(invalid(/connected once/))
    expect(() => server.listen(0)).toThrow(invalid(/make another/))
  })
})

describe('UDP', () => {
  test.each(['127.0.0.1', '::1'])('datagrams at %s arrive inside', async (host) => {
    await using it = await inside({ hosts: { peer: host } })
    const [a, b] = [await it.ns.udp({ host }), await it.ns.udp({ host })]
    expect([a, b].map(namespaceOf)).toEqual([`${it.ns}`, `${it.ns}`])
    for (const to of [host, 'peer']) {
      a.send('hello', portOf(b), to)
      const [message, from] = await once(b, 'message')
      expect([`${message}`, from.port]).toEqual(['hello', portOf(a)])
    }
    const failed = new Promise((settle) => a.send('hello', 9, 'example.com', settle))
    expect(await failed).toEqual(invalid(/example\.com.* is a name/))
    await expect(it.ns.udp({ host, port: portOf(b) })).rejects.toMatchObject({ code: 'EADDRINUSE' })
    for (const socket of [a, b]) socket.close()
  })
})

describe('HTTP', () => {
  const answer = async (options: RequestOptions | string, agent: object) => {
    const request = get(options as string, { agent } as RequestOptions)
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    return await text(response)
  }

  test('http.get through an agent, by address and by a name of hosts', async () => {
    await using it = await inside({ hosts: { 'api.test': '127.0.0.1' } })
    const http = createServer((request, response) =>
      response.end(`${namespaceOf(request.socket)} ${request.headers.host}`),
    )
    const server = await it.ns.listen({ port: 80 }, (socket) => http.emit('connection', socket))
    const agent = it.ns.httpAgent({ keepAlive: true })
    expect(await answer('http://127.0.0.1/', agent)).toBe(`${it.ns} 127.0.0.1`)
    expect(await answer('http://[::1]/', agent)).toBe(`${it.ns} [::1]`)
    expect(await answer('http://api.test/', agent)).toBe(`${it.ns} api.test`)
    await expect(answer('http://example.com/', agent)).rejects.toEqual(invalid(/is a name/))
    await expect(
      answer({ socketPath: '/run/x.sock' } as RequestOptions, agent),
    ).rejects.toBeDefined()
    agent.destroy()
    http.closeAllConnections()
    await ended(server)
  })

  test('https.get through an agent', async () => {
    await using it = await inside()
    const psk = {
      ciphers: 'PSK-AES128-GCM-SHA256',
      maxVersion: 'TLSv1.2',
      pskCallback: () => ({ psk: Buffer.alloc(16, 7), identity: 'test' }),
      checkServerIdentity: () => undefined,
    } as const
    const http = createServer((_, response) => response.end('secret'))
    const tls = createTlsServer({ ...psk, pskCallback: () => Buffer.alloc(16, 7) }, (socket) =>
      http.emit('connection', socket),
    )
    const server = await it.ns.listen({ port: 443 }, (socket) => tls.emit('connection', socket))
    const agent = it.ns.httpsAgent()
    const request = https.get('https://127.0.0.1/', { ...psk, agent })
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    expect(await text(response)).toBe('secret')
    expect(
      await (await fetch('https://127.0.0.1/', through(it.ns.undiciConnector(psk)))).text(),
    ).toBe('secret')
    agent.destroy()
    http.closeAllConnections()
    await ended(server)
  })

  test('fetch through a connector', async () => {
    await using it = await inside({ hosts: { 'api.test': '127.0.0.1' } })
    const http = createServer(async (request, response) =>
      response.end(`${namespaceOf(request.socket)} ${await text(request)}`),
    )
    const server = await it.ns.listen({ port: 80 }, (socket) => http.emit('connection', socket))
    const options = { method: 'POST', body: 'hello', ...through(it.ns.undiciConnector()) }
    expect(await (await fetch('http://api.test/', options)).text()).toBe(`${it.ns} hello`)
    const refused = fetch('http://example.com/', through(it.ns.undiciConnector()))
    await expect(refused).rejects.toMatchObject({ cause: invalid(/is a name/) })
    http.closeAllConnections()
    await ended(server)
  })
})

/** For `fetch`: Node shows its own undici's Agent to nobody but by this, once `fetch` was used. */
function through(connect: unknown): object {
  fetch('data:,')
  const key = Symbol.for('undici.globalDispatcher.1')
  const { constructor: Agent } = (globalThis as never)[key] as {
    constructor: new (o: object) => object
  }
  return { dispatcher: new Agent({ connect }), headers: { connection: 'close' } }
}

describe('refused before anything exists', () => {
  test.each([
    [{ port: 65_536 }, /port/],
    [{ port: -1 }, /port/],
    [{ port: 1.5 }, /port/],
    [{ port: '80' }, /port/],
    [{ port: 80, host: 'example.com' }, /is a name/],
    [{ port: 80, host: 'fe80::1%lo' }, /zone/],
    [{ port: 80, host: '10.0.0.256' }, /is a name/],
    [{ port: 80, path: '/run/x.sock' }, /unknown option path/],
  ])('A7: %o', async (options, message) => {
    await using it = await inside()
    await expect(it.ns.listen(options as never)).rejects.toEqual(invalid(message))
    await expect(it.ns.connect(options as never)).rejects.toEqual(invalid(message))
    await expect(it.ns.udp(options as never)).rejects.toEqual(invalid(message))
  })

  test('hosts that are none', () => {
    expect(() => NetNs.open(process.pid, { hosts: { db: 'db.example.com' } })).toThrow(
      invalid(/hosts\['db'\]/),
    )
  })
})

describe('a handle', () => {
  test('keeps its namespace when the process is gone, and is of no use when it is closed', async () => {
    const it = await inside()
    const ns = NetNs.open(it.ns.namespace)
    const again = NetNs.open({ fd: ns.namespace.fd })
    expect(ns.equals(it.ns) && ns.equals(again)).toBe(true)
    again.close()
    again.close()
    await it[Symbol.asyncDispose]()
    const server = await ns.listen({}, (socket) => socket.end('still there'))
    expect(await text(await ns.connect({ port: portOf(server) }))).toBe('still there')
    await ended(server)
    const agent = ns.httpAgent()
    ns.close()
    await expect(ns.connect({ port: 80 })).rejects.toEqual(invalid(/is closed/))
    const request = get('http://127.0.0.1/', { agent })
    expect((await once(request, 'error'))[0]).toEqual(invalid(/is closed/))
  })

  test('what is none, or gone, is an error', async () => {
    expect(() => NetNs.open('/proc/self/ns/uts')).toThrow(
      expect.objectContaining({ code: 'ERR_NS_NOT_A_NAMESPACE' }),
    )
    const it = await inside()
    await it[Symbol.asyncDispose]()
    expect(() => NetNs.open(it.pid)).toThrow(
      expect.objectContaining({ code: 'ERR_NS_NO_SUCH_PROCESS' }),
    )
  })
})
