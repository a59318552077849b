import { checkLeaks } from '@ns/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type NewRoute, veth } from '../src/index.ts'
import { type Network, network } from './network.ts'

let net: Network

beforeAll(async () => {
  net = await network()
  const { links, addresses } = net.netlink
  links.set('lo', { up: true })
  links.add(veth({ name: 'a', up: true, peer: { name: 'b', up: true } }))
  addresses.add({ dev: 'a', address: '10.0.0.1/24' })
  addresses.add({ dev: 'a', address: 'fd00::1/64', noDad: true })
})
afterAll(async () => await net[Symbol.asyncDispose]())
checkLeaks()

const ip = (command: string) => net.json(`ip -j -d ${command}`)

describe('routes', () => {
  test.each<[string, NewRoute, string, object]>([
    [
      'a default route',
      { destination: 'default', gateway: '10.0.0.2', metric: 5 },
      'route show default',
      { dst: 'default', gateway: '10.0.0.2', dev: 'a', metric: 5, protocol: 'static' },
    ],
    [
      'a default route of IPv6',
      { destination: 'default', gateway: 'fd00::2' },
      '-6 route show default',
      { dst: 'default', gateway: 'fd00::2', dev: 'a', metric: 1024 },
    ],
    [
      'without a gateway, with a source',
      { destination: '10.1.0.0/16', dev: 'a', source: '10.0.0.1' },
      'route show 10.1.0.0/16',
      { dst: '10.1.0.0/16', dev: 'a', prefsrc: '10.0.0.1', scope: 'link' },
    ],
    [
      'a gateway that no address makes reachable',
      { destination: '10.2.0.0/16', dev: 'a', gateway: '192.0.2.1', onLink: true },
      'route show 10.2.0.0/16',
      { gateway: '192.0.2.1', flags: ['onlink'] },
    ],
    [
      'in a table of a large number, with metrics',
      {
        destination: '10.3.0.0/16',
        gateway: '10.0.0.2',
        table: 1000,
        metrics: { mtu: 1200, advMss: 1100, rtt: 100, initCwnd: 20 },
      },
      'route show table 1000',
      { dst: '10.3.0.0/16', metrics: [{ mtu: 1200, rtt: 100, advmss: 1100, initcwnd: 20 }] },
    ],
    [
      'several ways at once',
      {
        destination: '10.4.0.0/16',
        nextHops: [
          { gateway: '10.0.0.2', weight: 3 },
          { gateway: '10.0.0.3', dev: 'a' },
        ],
      },
      'route show 10.4.0.0/16',
      {
        nexthops: [
          { gateway: '10.0.0.2', dev: 'a', weight: 3, flags: [] },
          { gateway: '10.0.0.3', dev: 'a', weight: 1, flags: [] },
        ],
      },
    ],
    [
      'by way of a gateway of IPv6',
      { destination: '10.5.0.0/16', gateway: 'fd00::2', dev: 'a' },
      'route show 10.5.0.0/16',
      { via: { family: 'inet6', host: 'fd00::2' }, dev: 'a' },
    ],
    [
      'one that forbids',
      { destination: '10.6.0.0/16', type: 'prohibit' },
      'route show 10.6.0.0/16',
      { type: 'prohibit', dst: '10.6.0.0/16' },
    ],
  ])('%s, as `ip` sees it and as it is listed; and away again', async (_, route, command, said) => {
    const { routes } = net.netlink
    routes.add(route)
    expect(() => routes.add(route)).toThrow(expect.objectContaining({ code: 'EEXIST' }))
    routes.ensure(route)
    expect(await ip(command)).toMatchObject([said])
    const { destination, gateway, type, source, metric, metrics } = route
    const listed = routes.list({ table: route.table }).filter((it) => it.protocol === 4)
    const given = { destination, gateway, type, source, metric, metrics }
    const wanted = Object.fromEntries(Object.entries(given).filter(([, it]) => it !== undefined))
    expect(listed).toMatchObject([wanted])
    expect(listed[0]?.nextHops).toMatchObject(
      route.nextHops?.map(({ gateway, weight = 1 }) => ({ gateway, weight, alive: true })) ?? [],
    )
    routes.remove(route)
    expect(() => routes.remove(route)).toThrow(expect.objectContaining({ code: 'ESRCH' }))
  })

  test('lists are of one table, one link, one family', () => {
    const { routes } = net.netlink
    expect(routes.list({ table: 4711 })).toEqual([])
    expect(routes.list({ family: 'ipv4', dev: 'a' })).toMatchObject([
      { destination: '10.0.0.0/24', family: 'ipv4', protocol: 2 },
    ])
    const local = routes.list({ table: 255, family: 'ipv4' })
    expect(local.map(({ type, destination }) => `${type} ${destination}`)).toContain(
      'local 10.0.0.1/32',
    )
    expect(routes.list({ table: 'all' }).length).toBeGreaterThan(local.length)
  })

  test('`get` says how a packet would go, and why it would not', () => {
    const { routes } = net.netlink
    const dev = net.netlink.links.index('a')
    expect(routes.get('10.0.0.9')).toMatchObject({ dev, source: '10.0.0.1', table: 254 })
    expect(routes.get('fd00::9')).toMatchObject({ dev, family: 'ipv6' })
    expect(routes.get('127.0.0.1').type).toBe('local')
    const code = (address: string) => {
      try {
        return routes.get(address).type
      } catch (error) {
        return (error as NodeJS.ErrnoException).code
      }
    }
    expect(code('192.0.2.1')).toBe('ENETUNREACH')
    routes.add({ destination: '192.0.2.0/24', type: 'prohibit' })
    expect(code('192.0.2.1')).toBe('EACCES')
    routes.remove({ destination: '192.0.2.0/24', type: 'prohibit' })
  })

  test('a gateway that cannot be reached is refused with the kernel’s words', () => {
    const add = () => net.netlink.routes.add({ destination: '10.9.0.0/16', gateway: '10.77.0.1' })
    expect(add).toThrow(
      expect.objectContaining({ code: 'ENETUNREACH', text: 'Nexthop has invalid gateway' }),
    )
  })

  test.each([
    [{ destination: 'nowhere' }, /route\.destination: "nowhere" is no IP address/],
    [{ destination: 'default', gateway: 'x' }, /route\.gateway/],
    [{ destination: 'fd01::/64', gateway: '10.0.0.2' }, /IPv6 takes no IPv4 gateway/],
    [{ destination: '10.0.0.0/8', family: 'ipv6' }, /route\.family/],
    [{ destination: '10.0.0.0/8', type: 'magic' }, /route\.type/],
    [{ destination: '10.0.0.0/8', scope: 'magic' }, /route\.scope/],
    [{ destination: '10.0.0.0/8', metrics: { size: 1 } }, /unknown option size/],
    [{ destination: '10.0.0.0/8', nextHops: [{ weight: 0 }] }, /a weight from 1 to 256/],
    [{ to: 'default' }, /unknown option to/],
  ])('refused before anything is sent: %o', (route, message) => {
    expect(() => net.netlink.routes.add(route as never)).toThrow(
      expect.objectContaining({
        code: 'ERR_NS_INVALID_OPTION',
        message: expect.stringMatching(message),
      }),
    )
  })
})
