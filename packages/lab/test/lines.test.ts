import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { run } from '@ns/spawn'
import { checkLeaks, needs, program, Scratch, userNamespaces, waitFor } from '@ns/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createLab, type Lab, type Network, type Node } from '../src/index.ts'
import { availableBackends } from './support/backends.ts'
import { framesOf } from './support/pcap.ts'
import { roundTrips, send } from './support/traffic.ts'

const backends = await availableBackends()

test('a lab has a backend that this machine has; one that it hasn’t is an error', async () => {
  await using lab = await createLab()
  expect(lab.backend).toBe(backends[0])
  const [a, b] = await lab.nodes('a', 'b')
  for (const backend of ['netem', 'tap', 'packet'] as const)
    if (!backends.includes(backend))
      await expect(lab.link(a, b, { backend, latency: 1 })).rejects.toThrow(
        backend === 'netem' ? /kind is unknown/ : /\/dev\/net\/tun/,
      )
  const plain = await lab.link(a, b, { backend: 'veth' })
  expect(() => plain.set({ loss: 0.1 })).toThrow(/another backend than 'veth'/)
  expect(await send(a, b, 10)).toHaveLength(10)
})

describe.each(backends)('%s', (backend) => {
  let lab: Lab
  let a: Node
  let b: Node
  let c: Node
  let lan: Network

  beforeEach(needs(userNamespaces, program('tcpdump')))
  beforeAll(async () => {
    lab = await createLab({ backend })
    ;[a, b, c] = await lab.nodes('a', 'b', 'c')
    lan = await lab.switch('lan', [a, b, c])
  })
  beforeEach(() => {
    const rate = Number.POSITIVE_INFINITY
    lan.set({ latency: 0, jitter: 0, loss: 0, duplicate: 0, reorder: 0, rate, queue: 1000 })
  })
  checkLeaks()
  afterAll(async () => await lab.close())

  test('a latency of 10 ms each way is a round trip of at least 20', async () => {
    await roundTrips(a, b, 1) // who has which address
    lan.set({ latency: 10 })
    const times = await roundTrips(a, b, 10)
    expect(Math.min(...times)).toBeGreaterThanOrEqual(20)
    lan.set({ latency: 0 }, { from: a })
    const [time] = await roundTrips(a, b, 1)
    expect(time).toBeGreaterThanOrEqual(10)
  })

  test('of 10,000 packets a loss of 10 % takes so many, within 2 %', async () => {
    lan.set({ loss: 0.1 }, { from: a })
    const share = (await send(a, b, 10_000)).length / 10_000
    expect(share).toBeGreaterThan(0.88)
    expect(share).toBeLessThan(0.92)
    expect(await send(b, a, 100)).toHaveLength(100)
  })

  test('packets are doubled, and overtake each other', async () => {
    lan.set({ duplicate: 0.5, latency: 5, reorder: 0.2 }, { from: a })
    const arrived = await send(a, b, 160) // with those that are doubled as many as a socket holds: nobody has to be in time
    expect(new Set(arrived).size).toBe(160)
    expect(arrived.length).toBeGreaterThan(200)
    expect(arrived).not.toEqual([...arrived].sort((one, other) => one - other))
  })

  test('with a jitter they overtake each other, without one or at a rate they don’t', async () => {
    const inOrder = Array.from({ length: 100 }, (_, i) => i)
    lan.set({ latency: 5 }, { from: a })
    expect(await send(a, b, 100)).toEqual(inOrder)
    lan.set({ jitter: 4 }, { from: a })
    const late = await send(a, b, 100)
    expect(late).not.toEqual(inOrder)
    expect(late.sort((one, other) => one - other)).toEqual(inOrder)
    lan.set({ rate: '1gbit' }, { from: a })
    expect(await send(a, b, 100)).toEqual(inOrder)
  })

  test('a rate holds, segment by segment', async () => {
    lan.set({ rate: '8mbit' })
    // The kernel's netem would take a bundle of segments for one packet.
    if (backend === 'netem')
      expect((await a.run('ip', ['-d', 'link', 'show', 'eth0'])).stdout).toMatch(/gso_max_segs 1\b/)
    const server = await b.listen({ allowHalfOpen: true }, async (socket) => {
      socket.end(`${(await text(socket)).length}`)
    })
    const { port } = server.address() as { port: number }
    const socket = await a.connect({ host: b, port, allowHalfOpen: true })
    const start = performance.now()
    socket.end(Buffer.alloc(300_000))
    expect(await text(socket)).toBe('300000')
    expect(performance.now() - start).toBeGreaterThanOrEqual(300)
    server.close()
  })

  test.each([4, 6])(
    'what is lost of a stream, packet by packet, comes again: IPv%d',
    async (family) => {
      using scratch = new Scratch()
      lan.set({ loss: 0.03, duplicate: 0.03 })
      await using capture = await lan.capture(scratch.at('lan.pcap'))
      const host = family === 4 ? b.address : b.address6
      const server = await b.listen({ host, allowHalfOpen: true }, async (socket) => {
        const hash = createHash('sha256')
        for await (const chunk of socket) hash.update(chunk)
        socket.end(hash.digest('hex'))
      })
      const { port } = server.address() as { port: number }
      const socket = await a.connect({ host, port, allowHalfOpen: true })
      const bytes = Buffer.from(Float64Array.from({ length: 100_000 }, Math.random).buffer)
      socket.end(bytes)
      expect(await text(socket)).toBe(createHash('sha256').update(bytes).digest('hex'))
      server.close()
      await capture.close()
      const frames = framesOf(readFileSync(capture.path))
      expect(frames.length).toBeGreaterThan(500)
      // Each in the file is a packet of the wire, though the kernels hand over many at once.
      expect(Math.max(...frames.map(({ length }) => length))).toBe(1514)
    },
  )

  test('a line is changed while traffic flows', async () => {
    const server = await b.listen({}, (socket) => socket.pipe(socket))
    const { port } = server.address() as { port: number }
    const socket = await a.connect({ host: b, port })
    let received = 0
    socket.on('data', (chunk) => {
      received += chunk.length
    })
    for (const changes of [{ latency: 5 }, { loss: 0.02 }, { jitter: 2 }, { rate: '50mbit' }]) {
      socket.write(Buffer.alloc(20_000))
      lan.set(changes)
      await setTimeout(20)
    }
    await waitFor(() => received === 80_000, 20_000)
    socket.destroy()
    server.close()
  })

  test('the largest packet is that of the mtu', async () => {
    lan.set({ mtu: 1280 })
    const ping = async (size: number) =>
      (
        await a.run('ping', ['-M', 'do', '-s', `${size}`, '-c', '1', '-W', '2', '10.0.0.2'], {
          reject: false,
        })
      ).exitCode
    expect(await ping(1252)).toBe(0)
    expect(await ping(1253)).not.toBe(0)
    lan.set({ mtu: 1500 })
    expect(await ping(1472)).toBe(0)
  })

  test('a partition is silent, and heals: the connection goes on', async () => {
    const server = await c.listen({}, (socket) => socket.pipe(socket))
    const { port } = server.address() as { port: number }
    const socket = await a.connect({ host: c, port })
    let answers = ''
    socket.on('data', (chunk) => {
      answers += chunk
    })
    socket.write('before ')
    await waitFor(() => answers === 'before ')
    lab.partition([a, b], [c])
    socket.write('after')
    expect(await send(a, c, 10)).toEqual([])
    expect(await send(a, b, 10)).toHaveLength(10)
    expect(answers).toBe('before ')
    lab.heal()
    await waitFor(() => answers === 'before after', 20_000) // TCP has sent it again
    socket.destroy()
    server.close()
    expect(() => lab.partition([a], [a])).toThrow(/two groups/)
  })

  test('a cable that is pulled is a link without carrier, whose addresses stay', async () => {
    lan.down(a)
    const state = async () => (await a.run('ip', ['-br', 'link', 'show', 'eth0'])).stdout
    expect(await state()).toMatch(/NO-CARRIER/)
    expect(await send(b, a, 5)).toEqual([])
    expect(await send(b, c, 5)).toHaveLength(5)
    lan.up(a)
    await waitFor(async () => !/NO-CARRIER/.test(await state()))
    expect(await send(b, a, 5)).toHaveLength(5)
    expect(await send(a, b, 5)).toHaveLength(5)
  })

  test('a capture has what arrives, and is a pcap file that tcpdump reads', async () => {
    using scratch = new Scratch()
    const capture = await lan.capture(scratch.at('lan.pcap'))
    expect(await send(a, b, 20)).toHaveLength(20)
    await waitFor(() => capture.frames >= 20)
    lan.set({ loss: 1 }, { from: a })
    await send(a, b, 20)
    await capture.close()
    await capture.close()
    const frames = framesOf(readFileSync(capture.path))
    const udp = frames.filter((frame) => frame.readUInt16BE(12) === 0x800 && frame[23] === 17)
    expect(udp.map((frame) => frame.readUInt32BE(42))).toEqual(
      Array.from({ length: 20 }, (_, i) => i),
    )
    expect(
      udp.every((frame) => frame.subarray(26, 34).equals(Buffer.from([10, 0, 0, 1, 10, 0, 0, 2]))),
    ).toBe(true)
    const read = ['-Z', 'root', '-r', capture.path, '-n', '-e', '--number', 'udp']
    const { stdout } = await run('tcpdump', read, { env: { ...process.env, TZ: 'UTC' } })
    const lines = stdout.trimEnd().split('\n')
    expect(lines).toHaveLength(20)
    const line =
      /02:6c:62:.*, ethertype IPv4 .*, length 46: 10\.0\.0\.1\.\d+ > 10\.0\.0\.2\.\d+: UDP, length 4$/
    for (const one of lines) expect(one).toMatch(line)
    const missing = lan.capture(scratch.at('none/lan.pcap'))
    await expect(missing).rejects.toMatchObject({ code: 'ENOENT' })
    const full = await lan.capture('/dev/full')
    await expect(full.close()).rejects.toMatchObject({ code: 'ENOSPC' })
  })
})
