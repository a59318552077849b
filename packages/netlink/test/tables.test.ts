import { checkLeaks, lane, linux } from '@ns/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bridge, type RoutingRule, veth, vxlan } from '../src/index.ts'
import { type Network, network } from './network.ts'

let net: Network
let other: Network

beforeAll(async () => {
  net = await network()
  other = await network(net)
  const { links, addresses } = net.netlink
  links.set('lo', { up: true })
  links.add(veth({ name: 'a', up: true, peer: { name: 'b', up: true } }))
  addresses.add({ dev: 'a', address: '10.0.0.1/24' })
})
afterAll(async () => {
  await other[Symbol.asyncDispose]()
  await net[Symbol.asyncDispose]()
})
checkLeaks()

const ip = (command: string) => net.json(`ip -j -d ${command}`)

describe('rules', () => {
  test.each<[RoutingRule, object]>([
    [
      { priority: 100, source: '10.0.0.0/8', table: 200 },
      { src: '10.0.0.0', srclen: 8, table: '200' },
    ],
    [
      { priority: 101, mark: 7, mask: 0xff, table: 1000, invert: true },
      { fwmark: '0x7', fwmask: '0xff', table: '1000', not: null },
    ],
    [
      { priority: 102, incoming: 'a', action: 'prohibit' },
      { iif: 'a', action: 'prohibit' },
    ],
    [
      { priority: 103, outgoing: 'b', protocol: 6, destinationPorts: [80, 90], table: 9 },
      { oif: 'b', ipproto: 'tcp', dport_start: 80, dport_end: 90 },
    ],
  ])('%o is what `ip` says, and comes back', async (rule, said) => {
    const { rules } = net.netlink
    rules.add(rule)
    expect(() => rules.add(rule)).toThrow(expect.objectContaining({ code: 'EEXIST' }))
    rules.ensure({ ...rule, priority: rule.priority ?? 0 })
    expect(await ip(`rule show priority ${rule.priority}`)).toMatchObject([said])
    expect(
      rules.list({ family: 'ipv4' }).filter((it) => it.priority === rule.priority),
    ).toMatchObject([rule])
    rules.remove(rule)
    expect(() => rules.remove(rule)).toThrow(expect.objectContaining({ code: 'ENOENT' }))
  })

  test('by user ids: within one user namespace only, and the hint says so', async () => {
    const { rules } = net.netlink
    const rule: RoutingRule = { priority: 104, uids: [1, 5], table: 9 }
    if (lane === 'user') {
      expect(() => rules.add(rule)).toThrow(
        expect.objectContaining({ code: 'EPERM', hint: expect.stringMatching(/rules by user id/) }),
      )
      return
    }
    rules.add(rule)
    expect(await ip('rule show priority 104')).toMatchObject([{ uid_start: 1, uid_end: 5 }])
    expect(rules.list()).toContainEqual(expect.objectContaining(rule))
    rules.remove(rule)
  })

  test('those of IPv6, and what does not go together', () => {
    const { rules } = net.netlink
    rules.add({ priority: 50, destination: 'fd00::/8', table: 7 })
    expect(rules.list({ family: 'ipv6' })).toContainEqual(
      expect.objectContaining({ destination: 'fd00::/8', table: 7, family: 'ipv6' }),
    )
    rules.remove({ priority: 50, family: 'ipv6' })
    expect(rules.list().map(({ priority }) => priority)).toEqual([0, 32766, 32767, 0, 32766])
    const mixed = { source: '10.0.0.1', destination: 'fd00::1' }
    expect(() => rules.add(mixed)).toThrow(/do not go together/)
    expect(() => rules.add({ uids: [5, 1] })).toThrow(/rule\.uids/)
    expect(() => rules.add({ destinationPorts: [1, 65_536] })).toThrow(/rule\.destinationPorts/)
  })
})

describe('neighbours', () => {
  test('are told, changed, listed and forgotten', async () => {
    const { neighbours } = net.netlink
    const one = { dev: 'a', address: '10.0.0.9', mac: '02:00:00:00:00:09' }
    neighbours.add(one)
    expect(() => neighbours.add(one)).toThrow(expect.objectContaining({ code: 'EEXIST' }))
    neighbours.ensure({ ...one, mac: '02:00:00:00:00:0a', state: 'stale' })
    expect(await ip('neigh show dev a 10.0.0.9')).toMatchObject([
      { dst: '10.0.0.9', lladdr: '02:00:00:00:00:0a', state: ['STALE'] },
    ])
    expect(neighbours.list({ dev: 'a', family: 'ipv4' })).toMatchObject([
      { address: '10.0.0.9', mac: '02:00:00:00:00:0a', state: 'stale', proxy: false },
    ])
    neighbours.remove(one)
    expect(() => neighbours.remove({ dev: 'a', address: '10.0.0.8' })).toThrow(
      expect.objectContaining({ code: 'ENOENT', path: '10.0.0.8' }),
    )
  })

  test('a bridge and a vxlan forward by their own tables', async () => {
    const { links, fdb } = net.netlink
    const { index } = links.add(bridge({ name: 'br0' }))
    links.set('b', { master: 'br0' })
    const mac = '02:00:00:00:00:77'
    fdb.add({ dev: 'b', mac })
    expect(() => fdb.add({ dev: 'b', mac })).toThrow(expect.objectContaining({ code: 'EEXIST' }))
    expect(await net.json('bridge -j fdb show br br0')).toContainEqual(
      expect.objectContaining({ mac, ifname: 'b', state: 'permanent' }),
    )
    expect(fdb.list({ bridge: 'br0' })).toContainEqual(
      expect.objectContaining({ mac, master: index, self: false }),
    )
    // Beside a user namespace older kernels want the right of the initial one.
    if (lane === 'user' && linux(6, 1, 'the right to remove it')())
      expect(() => fdb.remove({ dev: 'b', mac })).toThrow(
        expect.objectContaining({ code: 'EPERM' }),
      )
    else fdb.remove({ dev: 'b', mac })
    links.remove('br0')
    links.add(vxlan({ name: 'vx', id: 5 }))
    fdb.add({ dev: 'vx', mac: '00:00:00:00:00:00', remote: '10.0.0.2' })
    fdb.append({ dev: 'vx', mac: '00:00:00:00:00:00', remote: '10.0.0.3', port: 9999, vni: 6 })
    expect(fdb.list({ dev: 'vx' })).toMatchObject([
      { remote: '10.0.0.2', self: true },
      { remote: '10.0.0.3', self: true },
    ])
    expect(await net.json('bridge -j fdb show dev vx')).toMatchObject([
      { dst: '10.0.0.2' },
      { dst: '10.0.0.3', port: 9999, vni: 6 },
    ])
    links.remove('vx')
  })
})

test('nexthop objects: routes follow them', async () => {
  const { nextHops, routes } = net.netlink
  nextHops.add({ id: 1, gateway: '10.0.0.2', dev: 'a' })
  nextHops.add({ id: 2, gateway: '10.0.0.3', dev: 'a' })
  nextHops.add({ id: 9, group: [{ id: 1, weight: 3 }, { id: 2 }] })
  routes.add({ destination: '10.8.0.0/16', nextHopId: 9 })
  expect(await ip('nexthop show id 9')).toMatchObject([
    { group: [{ id: 1, weight: 3 }, { id: 2 }] },
  ])
  expect(routes.list().find(({ nextHopId }) => nextHopId === 9)?.nextHops).toMatchObject([
    { gateway: '10.0.0.2', weight: 3 },
    { gateway: '10.0.0.3', weight: 1 },
  ])
  nextHops.ensure({ id: 9, group: [{ id: 2 }] })
  expect(routes.get('10.8.0.1').gateway).toBe('10.0.0.3')
  expect(nextHops.list()).toMatchObject([
    { id: 1, gateway: '10.0.0.2' },
    { id: 2, gateway: '10.0.0.3' },
    { id: 9, group: [{ id: 2, weight: 1 }] },
  ])
  for (const id of [9, 2, 1]) nextHops.remove(id)
  expect(routes.list().find(({ destination }) => destination === '10.8.0.0/16')).toBeUndefined()
})

test('D10: a namespace has no number, and then the one that it was given', async () => {
  const { netnsIds } = net.netlink
  expect(netnsIds.get(other.pid)).toBeUndefined()
  expect(netnsIds.assign(other.pid, 17)).toBe(17)
  expect(netnsIds.get(other.pid)).toBe(17)
  expect(netnsIds.list()).toContain(17)
  expect(() => netnsIds.assign(other.pid)).toThrow(expect.objectContaining({ code: 'EEXIST' }))
  net.netlink.links.add(veth({ name: 'x', peer: { name: 'y', netns: other.pid } }))
  expect(net.netlink.links.get('x').netnsId).toBe(17)
  net.netlink.links.remove('x')
})
