import { once } from 'node:events'
import { createServer, get } from 'node:http'
import { networkInterfaces } from 'node:os'
import { text } from 'node:stream/consumers'
import { checkLeaks, lane, needs, userNamespaces } from '@ns/testkit'
import { beforeEach, describe, expect, test } from 'vitest'
import { createLab, type Node } from '../src/index.ts'

beforeEach(needs(userNamespaces))
checkLeaks()

const answers = async (from: Node, to: Node, family: 4 | 6 = 4) => {
  const args = [`-${family}`, '-n', '-c', '1', '-W', '2', to.name]
  return (await from.run('ping', args, { reject: false })).exitCode === 0
}
const invalid = (message: RegExp) =>
  expect.objectContaining({
    code: 'ERR_NS_INVALID_OPTION',
    message: expect.stringMatching(message),
  })

describe('nodes', () => {
  test('have a host name, addresses of both families, and know each other by name', async () => {
    await using lab = await createLab()
    const [a, b] = await lab.nodes('a', 'b')
    await lab.switch('lan', [a, b])
    expect(a.addresses).toEqual(['10.0.0.1', 'fd6e:736c:6162::1'])
    expect([b.address, b.address6]).toEqual(['10.0.0.2', 'fd6e:736c:6162::2'])
    expect((await a.run('hostname')).stdout).toBe('a\n')
    expect((await a.run('cat', ['/etc/hosts'])).stdout.split('\n')).toEqual([
      '127.0.0.1 localhost',
      '::1 localhost',
      '10.0.0.1 a',
      'fd6e:736c:6162::1 a',
      '10.0.0.2 b',
      'fd6e:736c:6162::2 b',
      '',
    ])
    expect(await answers(a, b)).toBe(true)
    expect(await answers(b, a, 6)).toBe(true)
  })

  test('have the addresses that they are given', async () => {
    await using lab = await createLab()
    const [a, b] = await lab.nodes('a', 'b')
    const subnets = ['192.0.2.0/28', '2001:db8::/64']
    await lab.switch('lan', [a, b], { subnets, addresses: { b: ['192.0.2.9/28'] } })
    expect(a.addresses).toEqual(['192.0.2.1', '2001:db8::1'])
    expect(b.addresses).toEqual(['192.0.2.9'])
    expect(await answers(a, b)).toBe(true)
  })

  test('have no address that another was given', async () => {
    await using lab = await createLab()
    const [a, b, c, d] = await lab.nodes('a', 'b', 'c', 'd')
    const addresses = { a: ['192.0.2.2/28'], d: ['192.0.2.3/28'] }
    await lab.switch('lan', [a, b, c, d], { subnets: ['192.0.2.0/28'], addresses })
    expect([a, b, c, d].map(({ address }) => address)).toEqual(
      [2, 4, 5, 3].map((number) => `192.0.2.${number}`),
    )
  })

  test('can be put into networks at once, in their order', async () => {
    await using lab = await createLab()
    const [a, b, c] = await lab.nodes('a', 'b', 'c')
    await Promise.all([lab.link(a, b), lab.link(a, c), lab.link(b, c)])
    const names = (node: Node) => node.netlink.links.list().map(({ name }) => name)
    for (const node of [a, b, c]) expect(names(node)).toEqual(['lo', 'eth0', 'eth1'])
    expect(a.addresses.filter((it) => !it.includes(':'))).toEqual(['10.0.0.1', '10.0.1.1'])
  })

  test('are those of this lab, wherever some are wanted', async () => {
    await using lab = await createLab()
    await using other = await createLab()
    const [a, b] = await lab.nodes('a', 'b')
    const foreign = await other.node('b')
    const wanted = invalid(/nodes of this lab are wanted/)
    await expect(lab.link(a, foreign)).rejects.toThrow(wanted)
    await expect(lab.link(a, undefined as never)).rejects.toThrow(wanted)
    await expect(lab.switch('lan', 'ab' as never)).rejects.toThrow(wanted)
    expect(() => lab.partition([a], [foreign])).toThrow(wanted)
    expect(() => lab.partition(a as never)).toThrow(wanted)
    const addresses = { bb: ['10.0.0.9/24'] }
    await expect(lab.link(a, b, { addresses })).rejects.toThrow(
      invalid(/link.addresses: unknown option bb; known: a, b/),
    )
  })

  test('have addresses that meet none which other networks were given', async () => {
    await using lab = await createLab()
    const [a, b, c] = await lab.nodes('a', 'b', 'c')
    await lab.switch('wide', [a, b], { subnets: ['10.0.0.0/23'] })
    await lab.link(a, b, { addresses: { a: ['10.0.3.7/24'] } }) // beside 10.0.2.0/24
    const { subnets } = await lab.link(b, c)
    expect(subnets).toEqual(['10.0.4.0/24', 'fd6e:736c:6162:4::/64'])
    await lab.link(a, c, { subnets: ['10.0.4.0/24'] }) // what is asked for is done
  })

  test('have servers, clients, datagrams and agents of this process', async () => {
    await using lab = await createLab()
    const [a, b] = await lab.nodes('a', 'b')
    await lab.link(a, b)
    const server = await a.listen(80, (socket) => socket.end(`you are ${socket.remoteAddress}`))
    expect(await text(await b.connect({ host: a, port: 80 }))).toBe('you are ::ffff:10.0.0.2')
    expect(await text(await b.connect(80, 'a'))).toBe('you are ::ffff:10.0.0.2')
    await expect(b.connect(80)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    server.close()

    const [one, other] = [await a.udp({ port: 53 }), await b.udp()]
    other.send('hello', 53, 'a')
    const [message] = await once(one, 'message')
    expect(`${message}`).toBe('hello')

    const http = createServer((request, response) => response.end(request.headers.host))
    await a.listen(8080, (socket) => http.emit('connection', socket))
    const agent = b.httpAgent()
    const body = await new Promise<string>((settle) =>
      get('http://a:8080/', { agent }, (response) => settle(text(response))),
    )
    expect(body).toBe('a:8080')
  })

  test('have Workers, where the caller is privileged', async () => {
    await using lab = await createLab()
    const [a, b] = await lab.nodes('a', 'b')
    await lab.link(a, b)
    const server = await a.listen(80, (socket) => socket.end(`${socket.remoteAddress}`))
    const script = `const { parentPort } = require('node:worker_threads')
      const socket = require('node:net').connect(80, '10.0.0.1')
      socket.on('data', (data) => parentPort.postMessage(String(data)))`
    if (lane === 'user') {
      const refused = expect.objectContaining({ code: 'ERR_NS_PERMISSION' })
      expect(() => b.worker(script, { eval: true })).toThrow(refused)
    } else {
      const worker = b.worker(script, { eval: true })
      expect(await once(worker, 'message')).toEqual(['::ffff:10.0.0.2'])
      await worker.terminate()
    }
    server.close()
  })

  test('run programs that see themselves and the lab’s processes alone, as whoever runs it', async () => {
    await using lab = await createLab()
    const [a, b] = await lab.nodes('a', 'b')
    const sleeper = b.spawn('sleep', ['600'])
    await sleeper.ready
    const { stdout } = await a.run('sh', [
      '-c',
      'for p in /proc/[0-9]*; do read -r name < $p/comm; echo $name; done',
    ])
    expect(stdout.trim().split('\n').sort()).toEqual(['ns-init', 'sh', 'sleep', 'sleep'])
    expect(() => a.spawn('true', { namespaces: { net: true } })).toThrow(invalid(/net/))
    expect(() => a.spawn('true', { namespaces: 'all' })).toThrow(invalid(/a node has its own/))
  })

  test('have no link to the machine’s own network', async () => {
    await using lab = await createLab()
    const a = await lab.node('a')
    const { stdout } = await a.run('ip', ['-br', 'link'])
    expect(stdout.match(/^\S+/gm)).toEqual(['lo'])
    expect(Object.keys(networkInterfaces())).not.toContain('eth0@if2')
  })

  test('refuse names that are none, and the same name twice', async () => {
    await using lab = await createLab()
    await lab.node('a')
    for (const name of ['', 'a b', '-a', 'localhost', 'a\n127.0.0.1 b'])
      await expect(lab.node(name)).rejects.toThrow(invalid(/no host name/))
    await expect(lab.nodes('b', 'b')).rejects.toThrow(invalid(/there is a b already/))
    await expect(lab.node('a')).rejects.toThrow(invalid(/there is a a already/))
  })
})

describe('routers', () => {
  test('lead from network to network, over several of them', async () => {
    await using lab = await createLab()
    const [a, b] = await lab.nodes('a', 'b')
    const [r, s] = [await lab.router('r'), await lab.router('s')]
    await lab.link(a, r)
    await lab.link(r, s)
    await lab.link(s, b)
    expect(await answers(a, b)).toBe(true)
    expect(await answers(b, a, 6)).toBe(true)
    const server = await b.listen({}, (socket) => socket.end(`${socket.remoteAddress}`))
    const { port } = server.address() as { port: number }
    expect(await text(await a.connect({ host: b, port }))).toBe(`::ffff:${a.address}`)
  })

  test('with NAT leave with their own address, and let nobody in', async () => {
    await using lab = await createLab()
    const [inside, outside] = await lab.nodes('inside', 'outside')
    const r = await lab.router('r', { nat: 'wan' })
    await lab.switch('home', [inside, r])
    await lab.switch('wan', [r, outside])
    for (const host of ['0.0.0.0', '::']) {
      const server = await outside.listen({ host }, (socket) =>
        socket.end(`${socket.remoteAddress}`),
      )
      const { port } = server.address() as { port: number }
      const to = host === '::' ? outside.address6 : outside.address
      const seen = host === '::' ? 'fd6e:736c:6162:1::1' : '10.0.1.1'
      expect(await text(await inside.connect({ host: to, port }))).toBe(seen)
    }
    await expect(outside.connect({ host: inside, port: 80 })).rejects.toMatchObject({
      code: 'ENETUNREACH',
    })
  })
})

test('a picture: names, addresses, and what lines do', async () => {
  await using lab = await createLab({ backend: 'packet' })
  const [a, b, c] = await lab.nodes('a', 'b', 'c')
  const r = await lab.router('r')
  await lab.switch('lan', [a, b, r], { latency: 10, jitter: 2, loss: 0.01, rate: '100mbit' })
  await lab.link(r, c, { latency: 5 })
  expect(lab.mermaid()).toBe(`graph LR
  n0["a<br>10.0.0.1"]
  n1["b<br>10.0.0.2"]
  n2["c<br>10.0.1.2"]
  n3{{"r<br>10.0.0.3<br>10.0.1.1"}}
  s0(("lan<br>10.0.0.0/24<br>10 ± 2 ms<br>1 % loss<br>100 Mbit/s"))
  n0 --- s0
  n1 --- s0
  n3 --- s0
  n3 ---|"5 ms"| n2`)
})
