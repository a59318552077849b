import { checkLeaks } from '@ns/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { veth } from '../src/index.ts'
import { type Network, network } from './network.ts'

let net: Network

beforeAll(async () => {
  net = await network()
  net.netlink.links.add(veth({ name: 'a', up: true, peer: { name: 'b', up: true } }))
})
afterAll(async () => await net[Symbol.asyncDispose]())
checkLeaks()

/** What `ip -j` says of an address. */
async function ip(local: string) {
  const links = await net.json('ip -j -d addr show')
  return links.flatMap((link: { addr_info: { local: string }[] }) =>
    link.addr_info.filter((address) => address.local === local),
  )[0]
}

describe('addresses', () => {
  test('IPv4: with the broadcast address that the kernel does not invent', async () => {
    const { addresses } = net.netlink
    addresses.add({ dev: 'a', address: '10.0.0.1/24' })
    expect(await ip('10.0.0.1')).toMatchObject({
      prefixlen: 24,
      broadcast: '10.0.0.255',
      scope: 'global',
      label: 'a',
    })
    expect(addresses.list({ dev: 'a', family: 'ipv4' })).toMatchObject([
      { address: '10.0.0.1/24', broadcast: '10.0.0.255', family: 'ipv4', validLifetime: Infinity },
    ])
    addresses.remove({ dev: 'a', address: '10.0.0.1/24' })
    expect(addresses.list({ dev: 'a', family: 'ipv4' })).toEqual([])
  })

  test('IPv6: usable at once with noDad, tentative without', async () => {
    const { addresses } = net.netlink
    addresses.add({ dev: 'a', address: 'fd00::1/64', noDad: true })
    addresses.add({ dev: 'a', address: 'fd00:0::2/64' })
    const found = addresses.list({ dev: 'a', family: 'ipv6' })
    const of = (address: string) => found.find((it) => it.address === address)
    expect([of('fd00::1/64')?.tentative, of('fd00::2/64')?.tentative]).toEqual([false, true])
    expect(await ip('fd00::1')).toMatchObject({ prefixlen: 64, nodad: true })
    addresses.remove({ dev: 'a', address: 'fd00::1/64' })
    addresses.remove({ dev: 'a', address: 'fd00::2/64' })
  })

  test('point to point, with a label, a scope, no route and lifetimes', async () => {
    const { addresses } = net.netlink
    const address = { dev: 'a', address: '10.1.0.1', peer: '10.1.0.2/31' } as const
    addresses.add({
      ...address,
      label: 'a:x',
      scope: 'link',
      noPrefixRoute: true,
      validLifetime: 600_000,
      preferredLifetime: 300_000,
    })
    const said = await ip('10.1.0.1')
    expect(said).toMatchObject({
      address: '10.1.0.2',
      prefixlen: 31,
      label: 'a:x',
      scope: 'link',
      noprefixroute: true,
    })
    expect([said.valid_life_time, said.preferred_life_time]).toEqual([600, 300])
    expect(addresses.list({ dev: 'a', family: 'ipv4' })).toMatchObject([
      { address: '10.1.0.1/32', peer: '10.1.0.2/31', validLifetime: 600_000 },
    ])
    addresses.remove(address)
  })

  test('`add` refuses one that is there, `ensure` changes its lifetimes', () => {
    const { addresses } = net.netlink
    const address = { dev: 'a', address: '10.2.0.1/16' }
    addresses.ensure(address)
    expect(() => addresses.add(address)).toThrow(
      expect.objectContaining({ code: 'EEXIST', path: '10.2.0.1/16' }),
    )
    addresses.ensure({ ...address, validLifetime: 60_000 })
    expect(addresses.list({ dev: 'a', family: 'ipv4' })).toMatchObject([{ validLifetime: 60_000 }])
    addresses.remove(address)
    expect(() => addresses.remove(address)).toThrow(
      expect.objectContaining({ code: 'EADDRNOTAVAIL', path: '10.2.0.1/16' }),
    )
  })

  test.each([
    [{ address: '10.0.0/24' }, /address\.address: "10\.0\.0" is no IP address/],
    [{ address: '10.0.0.1/33' }, /more than 32 bits/],
    [{ address: '10.0.0.1/' }, /no IP address/],
    [{ address: '10.0.0.1/2/3' }, /no IP address/],
    [{ address: 'fe80::1%a/64' }, /no IP address/],
    [{ address: 'fd00::1/129' }, /more than 128 bits/],
    [{ address: '10.0.0.1/24', peer: 'fd00::1' }, /address\.peer: another family/],
    [{ address: 'fd00::1/64', broadcast: '10.0.0.255' }, /address\.broadcast/],
    [{ address: '10.0.0.1/24', scope: 'far' }, /address\.scope/],
    [{ address: '10.0.0.1/24', validLifetime: 1500 }, /whole seconds/],
    [{ address: '10.0.0.1/24', validLifetime: 1000, preferredLifetime: 2000 }, /longer than/],
    [{ address: '10.0.0.1/24', nodad: true }, /unknown option nodad/],
  ])('refused before anything is sent: %o', (address, message) => {
    expect(() => net.netlink.addresses.add({ dev: 'a', ...address } as never)).toThrow(
      expect.objectContaining({
        code: 'ERR_NS_INVALID_OPTION',
        message: expect.stringMatching(message),
      }),
    )
  })
})
