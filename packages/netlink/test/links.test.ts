import { checkLeaks, lane, linux } from '@ns/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bridge, Netlink, type NetlinkError, type NewLink, text, veth } from '../src/index.ts'
import { type Network, network } from './network.ts'

let here: Network
let there: Network

beforeAll(async () => {
  here = await network()
  there = await network(here)
})
afterAll(async () => {
  await there[Symbol.asyncDispose]()
  await here[Symbol.asyncDispose]()
})
checkLeaks()

/** What `ip -j` says of a link. */
const ip = async (of: Network, name: string) => (await of.json(`ip -j -d link show ${name}`))[0]

/** The error of a call that has to fail. */
function errorOf(call: () => unknown): Error {
  try {
    call()
  } catch (error) {
    return error as Error
  }
  throw new Error('it did not fail')
}

describe('a veth pair', () => {
  test('is made with both ends in place, each with its own settings', async () => {
    const made = here.netlink.links.add(
      veth({
        name: 'pair',
        up: true,
        index: 41,
        mtu: 1400,
        mac: '02:00:00:00:00:01',
        peer: { name: 'pair', mtu: 1300, mac: '02:00:00:00:00:02', netns: there.pid, index: 42 },
      }),
    )
    there.netlink.links.set('pair', { up: true })
    expect(made).toMatchObject({
      index: 41,
      name: 'pair',
      kind: 'veth',
      mtu: 1400,
      up: true,
      link: 42,
    })
    const ends = [await ip(here, 'pair'), await ip(there, 'pair')]
    expect(ends).toMatchObject([
      { mtu: 1400, address: '02:00:00:00:00:01', operstate: 'UP', link_index: 42 },
      { mtu: 1300, address: '02:00:00:00:00:02', operstate: 'UP', ifindex: 42 },
    ])
    here.netlink.links.remove('pair')
    expect(there.netlink.links.find('pair')).toBeUndefined()
  })

  test('in one namespace its other end is switched on as well, or nothing is left', () => {
    const { links } = here.netlink
    links.add(veth({ name: 'a', up: true, alias: 'one', peer: { name: 'b', up: true } }))
    expect(links.get('a')).toMatchObject({ up: true, carrier: true, alias: 'one' })
    expect(links.get('b')).toMatchObject({ up: true, carrier: true })
    links.remove('b')
    const broken = veth({ name: 'a', peer: { name: 'b', master: 'lo' } })
    expect(() => links.add(broken)).toThrow(expect.objectContaining({ syscall: 'RTM_NEWLINK' }))
    expect(links.list().map(({ name }) => name)).toEqual(['lo'])
  })
})

test('a number in place of %d is the least that is free, whoever finds it', async () => {
  const user = lane === 'root' ? undefined : here.pid
  // Nobody knows before its first link whether the kernel tells what it has made: below Linux 6.2 it never does.
  using fresh = await Netlink.openInside(here.pid, { user })
  const { links } = fresh
  const make = (name?: string) => links.add({ kind: 'bridge', ...(name ? { name } : {}) }).name
  here.netlink.links.add(bridge({ name: 'n1' }))
  expect([make('n%d'), make('n%d'), make('n%d'), make()]).toEqual(['n0', 'n2', 'n3', 'bridge0'])
  links.remove('n2')
  expect(make('n%d')).toBe('n2')
  using another = await Netlink.openInside(here.pid, { user })
  expect(another.links.add({ kind: 'bridge' }).name).toBe('bridge1')
  expect(() => another.links.add({ kind: 'nothing', name: 'x%d' })).toThrow(/Unknown device type/)
  for (const { name } of links.list()) if (name !== 'lo') links.remove(name)
})

describe('a bridge', () => {
  test('has its settings and its members, and gives them back', async () => {
    const { links } = here.netlink
    const made = links.add(bridge({ name: 'br0', up: true, stp: true, forwardDelay: 2000 }))
    links.add(veth({ name: 'port', master: 'br0', peer: { name: 'other' } }))
    expect(links.get('port').master).toBe(made.index)
    expect(await ip(here, 'br0')).toMatchObject({
      linkinfo: { info_kind: 'bridge', info_data: { forward_delay: 200, stp_state: 1 } },
    })
    expect(await ip(here, 'port')).toMatchObject({ master: 'br0' })
    links.set('port', { master: null })
    expect(links.get('port').master).toBeUndefined()
    links.remove('port')
    links.remove('br0')
  })
})

describe('D6: a link that moves', () => {
  test('has its new name, and keeps address and mtu', () => {
    const kept = { mtu: 1280, mac: '02:00:00:00:00:0a' }
    here.netlink.links.add(veth({ name: 'm0', ...kept }))
    here.netlink.links.set('m0', { netns: there.pid, name: 'moved' })
    expect(here.netlink.links.find('m0')).toBeUndefined()
    expect(there.netlink.links.get('moved')).toMatchObject({ ...kept, up: false })
    there.netlink.links.remove('moved')
  })

  test('has its new index, or the kernel is too old to give it one', () => {
    const tooOld = linux(5, 13, 'a new index')()
    here.netlink.links.add(veth({ name: 'm0' }))
    const move = () => here.netlink.links.set('m0', { netns: there.pid, index: 77 })
    if (tooOld) expect(move).toThrow(expect.objectContaining({ code: 'ERR_NS_UNSUPPORTED' }))
    else move()
    const links = tooOld ? here.netlink.links : there.netlink.links
    expect(links.get(tooOld ? 'm0' : 77).name).toBe('m0')
    links.remove('m0')
  })

  test('is refused where its name is taken, and stays', () => {
    here.netlink.links.add(veth({ name: 'm0' }))
    there.netlink.links.add(veth({ name: 'm0' }))
    const move = () => here.netlink.links.set('m0', { netns: there.pid })
    expect(move).toThrow(expect.objectContaining({ code: 'EEXIST', path: 'm0' }))
    expect(here.netlink.links.get('m0').kind).toBe('veth')
    here.netlink.links.remove('m0')
    there.netlink.links.remove('m0')
  })

  test('a bridge does not, and the kernel says why, if it is new enough for that', () => {
    here.netlink.links.add(bridge({ name: 'br0' }))
    const error = errorOf(() => here.netlink.links.set('br0', { netns: there.pid }))
    expect(error).toMatchObject({ code: 'EINVAL', path: 'br0' })
    const says = (error as NetlinkError).text
    expect(says ?? linux(6, 14, 'a reason')()).toMatch(/immutable|reason came with/)
    here.netlink.links.remove('br0')
  })
})

describe('what the kernel says', () => {
  test('an attribute it refuses comes with the way to it and with what it takes', () => {
    const long = 'x'.repeat(20)
    const peer = { PEER: 1 }
    const inner = { name: 'PEER', type: 1, table: peer, header: Buffer.alloc(16) }
    const link: NewLink = {
      kind: 'veth',
      data: [{ ...inner, value: [text({ IFNAME: 3 }, 'IFNAME', long)] }],
    }
    expect(errorOf(() => here.netlink.links.add(link))).toMatchObject({
      code: 'ERANGE',
      errno: -34,
      syscall: 'RTM_NEWLINK',
      attribute: 'LINKINFO.DATA.PEER.IFNAME',
      text: 'Attribute failed policy validation',
      allowed: { type: 'string', maxLength: 15 },
    })
  })

  test('a kind that it does not have', () => {
    expect(errorOf(() => here.netlink.links.add({ kind: 'nonesuch', name: 'n' }))).toMatchObject({
      code: 'ENOTSUP',
      path: 'n',
      text: 'Unknown device type',
      hint: expect.stringMatching(/no links of that kind/),
    })
  })

  test('a link that does not exist, by name and by index', () => {
    const { links } = here.netlink
    for (const ref of ['nonesuch', 'a-name-that-is-longer-than-15-bytes', 999]) {
      expect(errorOf(() => links.get(ref))).toMatchObject({ code: 'ENODEV', path: `${ref}` })
      expect(errorOf(() => links.remove(ref))).toMatchObject({ code: 'ENODEV', path: `${ref}` })
      expect(links.find(ref)).toBeUndefined()
    }
  })

  test('settings are changed', async () => {
    const { links } = here.netlink
    links.add(veth({ name: 'a', group: 7, txQueueLength: 12 }))
    links.set('a', { name: 'renamed', mtu: 1234, alias: 'text', mac: '02:00:00:00:00:0b' })
    expect(await ip(here, 'renamed')).toMatchObject({
      mtu: 1234,
      ifalias: 'text',
      address: '02:00:00:00:00:0b',
      group: '7',
      txqlen: 12,
    })
    links.remove('renamed')
  })
})

describe('refused before anything is sent', () => {
  test.each<[NewLink, RegExp]>([
    [veth({ name: 'sixteen-bytes-xx' }), /link\.name: "sixteen-bytes-xx" is longer than 15 bytes/],
    [veth({ name: 'a/b' }), /link\.name: "a\/b" may not contain "\/"/],
    [veth({ name: 'a b' }), /may not contain " "/],
    [veth({ name: '' }), /is no interface name/],
    [veth({ name: '..' }), /is no interface name/],
    [veth({ name: 'ok', peer: { name: 'nul\0' } }), /link\.peer\.name/],
    [veth({ name: 'ok', mac: '02:00' }), /link\.mac: "02:00" is no MAC address/],
    [veth({ name: 'ok', netns: 1 }), /link\.netns: `addIn`/],
    [veth({ name: 'ok', peer: { up: true, netns: 1 } }), /link\.peer\.up/],
    [veth({ name: 'ok', peer: { index: 9 } }), /link\.peer\.index/],
    [{ kind: '' }, /link\.kind/],
    [{ kind: 'veth', colour: 1 } as NewLink, /link: unknown option colour/],
  ])('%o', (link, message) => {
    const error = errorOf(() => here.netlink.links.add(link))
    expect(error).toMatchObject({ code: 'ERR_NS_INVALID_OPTION' })
    expect(error.message).toMatch(message)
  })

  test('options that a kind does not have', () => {
    expect(() => veth({ name: 'ok', colour: 1 } as never)).toThrow(/veth: unknown option colour/)
    expect(() => bridge({ name: 'ok', ageing: -1 })).toThrow(/bridge\.ageing/)
  })

  test('a number that does not fit its attribute', () => {
    const error = errorOf(() => here.netlink.links.set('lo', { mtu: -1 }))
    expect(error).toMatchObject({ code: 'ERANGE', attribute: 'MTU' })
  })
})
