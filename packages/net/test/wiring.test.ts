import { text } from 'node:stream/consumers'
import { CLONE_NEW, type Contribution, launch } from '@ns/syscalls'
import {
  asCaller,
  checkLeaks,
  failure,
  lane,
  linux,
  needs,
  output,
  rootInside,
  running,
  shell,
  userNamespaces,
} from '@ns/testkit'
import { beforeEach, describe, expect, test } from 'vitest'
import { NetNs, type NetOptions, net } from '../src/index.ts'
import { inside } from './inside.ts'

beforeEach(needs(userNamespaces))
checkLeaks()

const pair = (n = 1) => ({
  name: 'eth0',
  addresses: [`10.9.${n}.2/24`, `fd00:${n}::2/64`],
  mtu: 1400,
  mac: '02:00:00:00:00:02',
  peer: { name: `box${n}`, addresses: [`10.9.${n}.1/24`, `fd00:${n}::1/64`] },
})

/** Contributions of a child whose interfaces lead to the namespace of a test's own, never to the machine's. */
const to = (outer: { pid: number }, options: NetOptions): Contribution[] =>
  asCaller([net({ outside: outer.pid, ...options })], outer.pid)

const linksOf = async (ns: NetNs) => {
  using netlink = await ns.netlink()
  return netlink.links.list().map(({ name }) => name)
}

describe('interfaces of a start', () => {
  test('are there before the command runs, with addresses and routes, and gone when it has ended', async () => {
    await using outer = await inside()
    const routes = [
      { destination: 'default', gateway: '10.9.1.1' },
      { destination: '192.0.2.0/24', dev: 'eth0' },
    ]
    const script =
      'ip -o -4 addr show dev eth0; ip -o -6 addr show dev eth0 scope global; ip link show eth0; ip route'
    const { stdout, stderr } = await shell(to(outer, { interfaces: [pair()], routes }), script)
    expect(stderr).toBe('')
    expect(stdout).toMatch(/inet 10\.9\.1\.2\/24 brd 10\.9\.1\.255/)
    expect(stdout).toMatch(/inet6 fd00:1::2\/64 scope global nodad/)
    expect(stdout).toMatch(/UP,LOWER_UP> mtu 1400/)
    expect(stdout).toContain('02:00:00:00:00:02')
    expect(stdout).toContain('default via 10.9.1.1 dev eth0')
    expect(stdout).toContain('192.0.2.0/24 dev eth0')
    expect(await linksOf(outer.ns)).toEqual(['lo'])
  })

  test('carry traffic both ways, with IPv4 and IPv6', async () => {
    await using outer = await inside()
    await using child = await running(to(outer, { interfaces: [pair()] }))
    using ns = NetNs.open(child.pid)
    for (const [there, here] of [
      ['10.9.1.2', '10.9.1.1'],
      ['fd00:1::2', 'fd00:1::1'],
    ] as const) {
      for (const [from, by, host] of [
        [outer.ns, ns, there],
        [ns, outer.ns, here],
      ] as const) {
        const server = await by.listen({ host }, (socket) => socket.end(`${socket.remoteAddress}`))
        const { port } = server.address() as { port: number }
        expect(await text(await from.connect({ host, port }))).toBe(host === there ? here : there)
        await new Promise((done) => server.close(done))
      }
    }
  })

  test('several children are members of a bridge and reach each other', async () => {
    await using outer = await inside()
    using netlink = await outer.ns.netlink()
    netlink.links.add({ kind: 'bridge', name: 'br0', up: true })
    const member = (n: number) => ({
      name: 'eth0',
      addresses: [`10.9.0.${n}/24`],
      peer: { bridge: 'br0' },
    })
    await using one = await running(to(outer, { interfaces: [member(1)] }))
    await using two = await running(to(outer, { interfaces: [member(2)] }))
    using a = NetNs.open(one.pid)
    using b = NetNs.open(two.pid)
    const server = await a.listen({ host: '10.9.0.1', port: 80 }, (socket) => socket.end('hello'))
    expect(await text(await b.connect({ host: '10.9.0.1', port: 80 }))).toBe('hello')
    await new Promise((done) => server.close(done))
    const members = netlink.links.list().filter(({ master }) => master !== undefined)
    expect(members.map(({ kind }) => kind)).toEqual(['veth', 'veth'])
  })

  test('one contribution serves two starts at once, each with links of its own', async () => {
    await using outer = await inside()
    const contributions = to(outer, { interfaces: [{ name: 'eth0' }] })
    const one = await running(contributions)
    await using _two = await running(contributions)
    expect(await linksOf(outer.ns)).toEqual(['lo', 'veth0', 'veth1'])
    await one[Symbol.asyncDispose]()
    expect(await linksOf(outer.ns)).toEqual(['lo', 'veth1'])
  })

  test('are gone with the process, though somebody holds its namespace', async () => {
    await using outer = await inside()
    const child = await running(to(outer, { interfaces: [pair()] }))
    using ns = NetNs.open(child.pid)
    await child[Symbol.asyncDispose]()
    expect(await linksOf(outer.ns)).toEqual(['lo'])
    expect(await linksOf(ns)).toEqual(['lo'])
  })

  test('work beside an init in a pid namespace', async () => {
    await using outer = await inside()
    const pid: Contribution = {
      type: 'pid',
      flags: CLONE_NEW.pid,
      steps: (plan) => {
        plan.init = true
      },
    }
    const wired = [...to(outer, { interfaces: [pair()] }), pid]
    const { stdout } = await output(wired, {
      file: 'cat',
      args: ['/sys/class/net/eth0/mtu', '/proc/net/dev'],
    })
    expect(stdout).toContain('eth0:')
  })
})

describe('beside a new user namespace', () => {
  test('they lead out as root; an ordinary user has no right to both, and is told by a kernel that asks for it', async () => {
    const asked = linux(6, 13, "the question for the right to the peer's namespace")() === undefined
    await using outer = await inside()
    const options = { interfaces: [pair()], outside: outer.pid }
    const start = output([rootInside(), net(options)], { file: 'cat', args: ['/proc/net/dev'] })
    if (lane === 'root' || !asked) expect((await start).stdout).toContain('eth0:')
    else await expect(start).rejects.toMatchObject({ code: 'EPERM', syscall: 'RTM_NEWLINK' })
    expect(await linksOf(outer.ns)).toEqual(['lo'])
  })

  test('routes alone take no right but that to the new one', async () => {
    const routes = [{ destination: '192.0.2.0/24', dev: 'lo' }]
    const { stdout } = await shell([rootInside(), net({ routes })], 'ip route')
    expect(stdout).toContain('192.0.2.0/24 dev lo')
  })
})

describe('a start that fails half-way leaves nothing', () => {
  const gone = async (outer: { pid: number; ns: NetNs }, options: NetOptions, error: object) => {
    await expect(launch(to(outer, options), { file: 'true' }).exited).rejects.toMatchObject(error)
    expect(await linksOf(outer.ns)).toEqual(['lo'])
  }

  test('a name that is taken outside, the second of two', async () => {
    await using outer = await inside()
    using netlink = await outer.ns.netlink()
    netlink.links.add({ kind: 'bridge', name: 'box2' })
    const options = { interfaces: [pair(1), { ...pair(2), name: 'eth1' }] }
    await expect(launch(to(outer, options), { file: 'true' }).exited).rejects.toMatchObject({
      code: 'EEXIST',
      path: 'box2',
    })
    expect(await linksOf(outer.ns)).toEqual(['lo', 'box2'])
  })

  test('a route that leads nowhere, a bridge that is none, a program that is missing', async () => {
    await using outer = await inside()
    const routes = [{ destination: 'default', gateway: '203.0.113.1' }]
    await gone(outer, { interfaces: [pair()], routes }, { code: 'ENETUNREACH' })
    await gone(outer, { interfaces: [{ name: 'e', peer: { bridge: 'no' } }] }, { code: 'ENODEV' })
    const missing = launch(to(outer, { interfaces: [pair()] }), { file: '/no/such/program' })
    await expect(missing.exited).rejects.toMatchObject({ code: 'ENOENT' })
    expect(await linksOf(outer.ns)).toEqual(['lo'])
  })

  test('a child that is killed at any moment', async () => {
    await using outer = await inside()
    for (let ms = 0; ms < 10; ms++) {
      const child = launch(to(outer, { interfaces: [pair()] }), { file: 'sleep', args: ['60'] })
      await new Promise((done) => setTimeout(done, ms))
      child.kill('SIGKILL')
      await Promise.allSettled([child.started, child.exited])
      expect(await linksOf(outer.ns)).toEqual(['lo'])
    }
  })

  test('an outside that is gone', async () => {
    const outer = await inside()
    const options = { interfaces: [pair()], outside: outer.pid }
    await outer[Symbol.asyncDispose]()
    await expect(launch(asCaller([net(options)]), { file: 'true' }).exited).rejects.toMatchObject({
      code: 'ERR_NS_NO_SUCH_PROCESS',
    })
  })
})

describe('refused before anything exists', () => {
  test.each([
    [{ interfaces: [{ name: 'sixteen-bytes-16' }] }, /interfaces\.name.*15 bytes/],
    [{ interfaces: [{ name: 'ä'.repeat(8) }] }, /15 bytes/],
    [{ interfaces: [{ name: 'a/b' }] }, /slashes/],
    [{ interfaces: [{ name: '..' }] }, /interfaces\.name/],
    [{ interfaces: [{ name: 'eth%d' }] }, /per cent/],
    [{ interfaces: [{ name: 'lo' }] }, /'lo' is there already/],
    [{ interfaces: [{ name: 'a' }, { name: 'a' }] }, /'a' is there already/],
    [{ interfaces: [{ name: 'a', adresses: [] }] }, /unknown option adresses/],
    [{ interfaces: [{ name: 'a', addresses: ['10.0.0.1'] }] }, /10\.0\.0\.2\/24/],
    [{ interfaces: [{ name: 'a', addresses: ['10.0.0.1/33'] }] }, /addresses/],
    [{ interfaces: [{ name: 'a', addresses: ['::1/129'] }] }, /addresses/],
    [{ interfaces: [{ name: 'a', addresses: ['10.0.0.256/8'] }] }, /addresses/],
    [{ interfaces: [{ name: 'a', addresses: ['fe80::1%lo/64'] }] }, /addresses/],
    [{ interfaces: [{ name: 'a', peer: { name: 'b c' } }] }, /peer\.name/],
    [{ interfaces: [{ name: 'a', peer: { up: true } }] }, /unknown option up/],
    [{ routes: [{ destination: '10.0.0.0' }] }, /routes\.destination/],
    [{ routes: [{ destination: 'default', via: '10.0.0.1' }] }, /unknown option via/],
    [{ outside: 1 }, /nothing leads there/],
    [{ join: 1, interfaces: [] }, /net\.join/],
  ])('A7: %o', (options, message) => {
    expect(() => net(options as never)).toThrow(
      expect.objectContaining({
        code: 'ERR_NS_INVALID_OPTION',
        message: expect.stringMatching(message),
      }),
    )
  })
})

describe('D6: a link that is moved into a start', () => {
  const veths = async (ns: NetNs) => {
    using netlink = await ns.netlink()
    const { veth } = await import('@ns/netlink')
    netlink.links.add(
      veth({ name: 'spare', mtu: 1300, up: true, peer: { name: 'other', up: true } }),
    )
    netlink.addresses.add({ dev: 'spare', address: '10.8.0.1/24' })
  }
  const state = async (ns: NetNs, name: string) => {
    using netlink = await ns.netlink()
    const { up, mtu } = netlink.links.get(name)
    const own = netlink.addresses.list({ dev: name, family: 'ipv4' })
    return { up, mtu, addresses: own.map(({ address }) => address) }
  }

  test('is there with its addresses and its mtu, and goes back when the process has ended', async () => {
    await using outer = await inside()
    await veths(outer.ns)
    const before = await state(outer.ns, 'spare')
    const child = await running(to(outer, { interfaces: [{ name: 'eth0', move: 'spare' }] }))
    using ns = NetNs.open(child.pid)
    expect(await linksOf(ns)).toEqual(['lo', 'eth0'])
    expect(await state(ns, 'eth0')).toEqual({ up: true, mtu: 1300, addresses: ['10.8.0.1/24'] })
    expect(await linksOf(outer.ns)).not.toContain('spare')
    await child[Symbol.asyncDispose]()
    expect((await linksOf(outer.ns)).sort()).toEqual(['lo', 'other', 'spare'])
    expect(await state(outer.ns, 'spare')).toEqual(before)
  })

  test('may have others there, and has its own again afterwards', async () => {
    await using outer = await inside()
    await veths(outer.ns)
    const eth0 = { name: 'eth0', move: 'spare', addresses: ['10.8.0.7/16'], mtu: 1280 }
    const child = await running(to(outer, { interfaces: [eth0] }))
    using ns = NetNs.open(child.pid)
    expect(await state(ns, 'eth0')).toEqual({ up: true, mtu: 1280, addresses: ['10.8.0.7/16'] })
    await child[Symbol.asyncDispose]()
    expect(await state(outer.ns, 'spare')).toEqual({
      up: true,
      mtu: 1300,
      addresses: ['10.8.0.1/24'],
    })
  })

  test('that does not exist, or whose name is taken there, fails the start and stays', async () => {
    await using outer = await inside()
    await veths(outer.ns)
    const none = to(outer, { interfaces: [{ name: 'eth0', move: 'none' }] })
    expect(await failure(none)).toMatchObject({ code: 'ENODEV' })
    const before = await state(outer.ns, 'spare')
    const routes = [{ destination: 'default', gateway: '192.0.2.1' }]
    const late = to(outer, { interfaces: [{ name: 'eth0', move: 'spare' }], routes })
    expect(await failure(late)).toMatchObject({ code: 'ENETUNREACH' })
    expect(await state(outer.ns, 'spare')).toEqual(before)
    expect(() => net({ interfaces: [{ name: 'a', move: 'b', mac: '02:00:00:00:00:01' }] })).toThrow(
      expect.objectContaining({ code: 'ERR_NS_INVALID_OPTION' }),
    )
  })
})
