import { text } from 'node:stream/consumers'
import { asCaller, checkLeaks, lane, needs, sameNetwork, shell, userNamespaces } from '@ns/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  bridgeWith,
  defaultRoute,
  forwarding,
  loopbackUp,
  masquerade,
  moveLink,
  NetNs,
  portForward,
  vethPair,
} from '../src/index.ts'
import { type Inside, inside } from './inside.ts'

beforeEach(needs(userNamespaces))
checkLeaks()

/** All of a test's namespaces have the same owner, so that links can lead from one to the other. */
let outer: Inside
let all: NetNs[]
beforeEach(async () => {
  outer = await inside()
  all = []
})
afterEach(async () => {
  for (const ns of all) ns.close()
  await outer[Symbol.asyncDispose]()
})

async function fresh(): Promise<NetNs> {
  const ns = await NetNs.create({ user: lane === 'root' ? undefined : outer.pid })
  all.push(ns)
  return ns
}

const linksOf = async (ns: NetNs) => {
  using netlink = await ns.netlink()
  return netlink.links.list().map(({ name }) => name)
}

/** Whom a server of `at` says that it was asked by. */
async function ask(from: NetNs, at: NetNs, host: string, port: number, via = { host, port }) {
  const server = await at.listen({ host, port }, (socket) => socket.end(`${socket.remoteAddress}`))
  try {
    return await text(await from.connect(via))
  } finally {
    await new Promise((done) => server.close(done))
  }
}

describe('links', () => {
  test('a pair connects two namespaces, with IPv4 and IPv6', async () => {
    const [a, b] = [await fresh(), await fresh()]
    await vethPair(
      { ns: a, name: 'eth0', addresses: ['10.1.0.1/24', 'fd01::1/64'], mac: '02:00:00:00:00:01' },
      { ns: b, name: 'eth0', addresses: ['10.1.0.2/24', 'fd01::2/64'] },
      { mtu: 1400 },
    )
    expect(await ask(a, b, '10.1.0.2', 80)).toBe('10.1.0.1')
    expect(await ask(b, a, 'fd01::1', 80)).toBe('fd01::2')
    using netlink = await a.netlink()
    expect(netlink.links.get('eth0')).toMatchObject({ mtu: 1400, mac: '02:00:00:00:00:01' })
  })

  test('of a pair that is refused nothing is left', async () => {
    const [a, b] = [await fresh(), await fresh()]
    const pair = (name: string, address: string) =>
      vethPair({ ns: a, name, addresses: [address] }, { ns: b, name: 'eth0' })
    await expect(pair('eth0', '10.0.0.1/33')).rejects.toMatchObject({
      code: 'ERR_NS_INVALID_OPTION',
    })
    await expect(pair('eth0', 'nonsense')).rejects.toMatchObject({ code: 'ERR_NS_INVALID_OPTION' })
    await expect(pair('x'.repeat(16), '10.0.0.1/24')).rejects.toMatchObject({
      code: 'ERR_NS_INVALID_OPTION',
    })
    await expect(pair('a/b', '10.0.0.1/24')).rejects.toMatchObject({
      code: 'ERR_NS_INVALID_OPTION',
    })
    expect([await linksOf(a), await linksOf(b)]).toEqual([['lo'], ['lo']])
    await pair('eth0', '10.0.0.1/24')
    await expect(pair('eth1', '10.0.1.1/24')).rejects.toMatchObject({ code: 'EEXIST' })
    expect(await linksOf(a)).toEqual(['lo', 'eth0'])
  })

  test('a bridge connects its members, and has an address of its own', async () => {
    const [sw, a, b] = [await fresh(), await fresh(), await fresh()]
    using netlink = await sw.netlink()
    netlink.links.add({ kind: 'ifb', name: 'there' })
    await bridgeWith(sw, {
      name: 'br0',
      addresses: ['10.2.0.254/24'],
      members: [
        { ns: a, name: 'eth0', addresses: ['10.2.0.1/24'] },
        { ns: b, name: 'eth0', addresses: ['10.2.0.2/24'] },
        'there',
      ],
    })
    expect(await ask(a, b, '10.2.0.2', 80)).toBe('10.2.0.1')
    expect(await ask(b, sw, '10.2.0.254', 80)).toBe('10.2.0.2')
    const { index } = netlink.links.get('br0')
    const members = netlink.links.list().filter(({ master }) => master === index)
    expect(members.map(({ kind }) => kind).sort()).toEqual(['ifb', 'veth', 'veth'])
  })

  test('of a bridge that is refused nothing is left, and members are free again', async () => {
    const [sw, a] = [await fresh(), await fresh()]
    using netlink = await sw.netlink()
    netlink.links.add({ kind: 'ifb', name: 'there' })
    const members = [{ ns: a, name: 'eth0' }, 'there', { ns: a, name: 'eth0' }]
    await expect(bridgeWith(sw, { name: 'br0', members })).rejects.toMatchObject({ code: 'EEXIST' })
    expect((await linksOf(sw)).sort()).toEqual(['lo', 'there'])
    expect(netlink.links.get('there').master).toBeUndefined()
    expect(await linksOf(a)).toEqual(['lo'])
  })

  test('lo comes up, and may be up already', async () => {
    const ns = await NetNs.create({ lo: false })
    all.push(ns)
    await loopbackUp(ns)
    await loopbackUp(ns)
    expect(await ask(ns, ns, '127.0.0.1', 80)).toBe('127.0.0.1')
  })

  test('D6: a link moves with a new name, and keeps its addresses and its mtu', async () => {
    const [a, b] = [await fresh(), await fresh()]
    const end = { ns: a, name: 'one', addresses: ['10.3.0.1/24', 'fd03::1/64'] }
    await vethPair(end, { ns: a, name: 'other' }, { mtu: 1300 })
    await moveLink(a, 'one', b, { name: 'eth0' })
    using there = await b.netlink()
    const { index, ...link } = there.links.get('eth0')
    expect(link).toMatchObject({ up: true, mtu: 1300 })
    const addresses = there.addresses.list({ dev: index }).map(({ address }) => address)
    expect(addresses).toEqual(expect.arrayContaining(['10.3.0.1/24', 'fd03::1/64']))
    expect(await linksOf(a)).toEqual(['lo', 'other'])
    await moveLink(b, 'eth0', a, { addresses: ['10.4.0.1/24'], mtu: 1200 })
    using here = await a.netlink()
    expect(here.links.get('eth0').mtu).toBe(1200)
    const own = here.addresses.list({ dev: 'eth0', family: 'ipv4' })
    expect(own.map(({ address }) => address)).toEqual(['10.4.0.1/24'])
  })

  test('D6: one whose name is taken there, or that is refused an address, stays as it was', async () => {
    const [a, b] = [await fresh(), await fresh()]
    await vethPair({ ns: a, name: 'eth0', addresses: ['10.3.0.1/24'] }, { ns: b, name: 'eth0' })
    const stays = async () => {
      using netlink = await a.netlink()
      expect(netlink.links.get('eth0').up).toBe(true)
      const own = netlink.addresses.list({ dev: 'eth0', family: 'ipv4' })
      expect(own.map(({ address }) => address)).toEqual(['10.3.0.1/24'])
    }
    await expect(moveLink(a, 'eth0', b)).rejects.toMatchObject({ code: 'EEXIST' })
    await stays()
    const wrong = { name: 'eth1', addresses: ['10.5.0.1/24', '10.5.0.1/24'] }
    await expect(moveLink(a, 'eth0', b, wrong)).rejects.toMatchObject({ code: 'EEXIST' })
    await stays()
    await expect(moveLink(a, 'lo', b)).rejects.toMatchObject({ code: 'EINVAL' })
    await expect(moveLink(a, 'none', b)).rejects.toMatchObject({ code: 'ENODEV' })
    expect(await linksOf(b)).toEqual(['lo', 'eth0'])
  })
})

describe('a router', () => {
  /** client – router – server; the server knows no way back to the client. */
  async function routed() {
    const [client, router, server] = [await fresh(), await fresh(), await fresh()]
    await vethPair(
      { ns: client, name: 'eth0', addresses: ['10.6.1.2/24'] },
      { ns: router, name: 'inner', addresses: ['10.6.1.1/24'] },
    )
    await vethPair(
      { ns: router, name: 'outer', addresses: ['10.6.2.1/24'] },
      { ns: server, name: 'eth0', addresses: ['10.6.2.2/24'] },
    )
    await defaultRoute(client, '10.6.1.1')
    return { client, router, server }
  }

  test('forwards, and masquerades who has no way back', async () => {
    const { client, router, server } = await routed()
    await forwarding(router)
    expect(await router.readSysctl('net.ipv6.conf.all.forwarding')).toBe('1')
    const rules = await masquerade(router, { output: 'outer', from: '10.6.1.0/24' })
    expect(await ask(client, server, '10.6.2.2', 80)).toBe('10.6.2.1')
    await expect(masquerade(router)).rejects.toMatchObject({ code: 'EEXIST' })
    await rules.remove()
    await rules.remove()
    using nft = await router.nftables()
    expect(nft.tables()).toEqual([])
    await using _any = await masquerade(router)
    expect(await ask(client, server, '10.6.2.2', 81)).toBe('10.6.2.1')
  })

  test('forwards a port to who is behind it, from outside and from itself', async () => {
    const { client, router, server } = await routed()
    await forwarding(router, ['ipv4'])
    await defaultRoute(server, '10.6.2.1')
    await using _rules = await portForward(router, {
      port: 8080,
      to: { address: '10.6.2.2', port: 80 },
    })
    const via = { host: '10.6.1.1', port: 8080 }
    expect(await ask(client, server, '10.6.2.2', 80, via)).toBe('10.6.1.2')
    expect(await ask(router, server, '10.6.2.2', 80, via)).toMatch(/^10\.6\.2\.1$|^10\.6\.1\.1$/)
    // Not what only passes through.
    await expect(ask(client, server, '10.6.2.2', 80, { ...via, host: '10.6.2.2' })).rejects.toThrow(
      /ECONNREFUSED/,
    )
    await expect(
      portForward(router, { port: 8080, to: { address: '10.6.2.2' } }),
    ).rejects.toMatchObject({ code: 'EEXIST' })
  })

  test('hostile options are refused before anything is sent', async () => {
    const ns = await fresh()
    const refusal = { code: 'ERR_NS_INVALID_OPTION' }
    const to = { address: '10.0.0.1' }
    for (const options of [
      { port: 65_536, to },
      { port: -1, to },
      { port: 1.5, to },
      { port: 80, to: { address: 'host' } },
      { port: 80, to: { address: '10.0.0.1', port: 70_000 } },
      { port: 80, to, protocol: 'icmp' },
      { port: 80, to, links: [] },
    ])
      await expect(portForward(ns, options as never)).rejects.toMatchObject(refusal)
    await expect(masquerade(ns, { from: '10.0.0.0/33' })).rejects.toMatchObject(refusal)
    await expect(masquerade(ns, { output: 'x'.repeat(16) })).rejects.toMatchObject(refusal)
    await expect(forwarding(ns, ['ipx' as never])).rejects.toMatchObject(refusal)
    using nft = await ns.nftables()
    expect(nft.tables()).toEqual([])
  })

  test('what nft says of it', async () => {
    const ns = await fresh()
    await using _one = await masquerade(ns)
    await using _two = await portForward(ns, {
      port: 53,
      protocol: 'udp',
      to: { address: 'fd00::1' },
    })
    const join = { ...sameNetwork(0), join: ns.namespace }
    const { stdout } = await shell(asCaller([join], outer.pid), 'nft list ruleset', {
      capabilities: 'keep',
    })
    expect(stdout).toContain('oifname != "lo" masquerade')
    expect(stdout).toContain('fib daddr type local udp dport 53 dnat ip6 to [fd00::1]:53')
  })
})
