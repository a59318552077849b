import { accessSync, constants } from 'node:fs'
import { close } from '@ns/syscalls'
import { checkLeaks, lane } from '@ns/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  bond,
  bridge,
  bridgePort,
  dummy,
  ifb,
  ipvlan,
  macvlan,
  macvtap,
  type NetlinkError,
  type NewLink,
  openTunInside,
  u32,
  veth,
  vlan,
  vrf,
  vxlan,
  wireguard,
} from '../src/index.ts'
import { type Network, network } from './network.ts'

let net: Network

beforeAll(async () => {
  net = await network()
  const { links } = net.netlink
  links.add(veth({ name: 'base', up: true, peer: { name: 'far', up: true } }))
  // A module that is loaded makes links of its own in the machine's first namespace (bond0, dummy0, ifb0): before any is counted.
  for (const [link] of kinds)
    try {
      links.remove(links.add(link).index)
    } catch {}
})
afterAll(async () => await net[Symbol.asyncDispose]())
checkLeaks()

const ip = async (name: string) => (await net.json(`ip -j -d link show ${name}`))[0]

/** Each with what `ip -d` says of it where the kernel has it. */
const kinds: readonly [NewLink, object][] = [
  [bridge({ name: 'k', ageing: 60_000 }), { info_data: { ageing_time: 6000 } }],
  [macvlan({ name: 'k', link: 'base', mode: 'private' }), { info_data: { mode: 'private' } }],
  [macvtap({ name: 'k', link: 'base' }), { info_data: { mode: 'bridge' } }],
  [
    vxlan({ name: 'k', id: 42, remote: '10.0.0.9', local: '10.0.0.1', ttl: 3, learning: false }),
    { info_data: { id: 42, remote: '10.0.0.9', local: '10.0.0.1', ttl: 3, port: 4789 } },
  ],
  [
    vxlan({ name: 'k', id: 43, remote: 'fd00::9', port: 8472, ageing: 60_000 }),
    { info_data: { id: 43, remote6: 'fd00::9', port: 8472, ageing: 60 } },
  ],
  [ifb({ name: 'k' }), { info_kind: 'ifb' }],
  [dummy({ name: 'k' }), { info_kind: 'dummy' }],
  [
    vlan({ name: 'k', link: 'base', id: 7, protocol: '802.1ad', looseBinding: true }),
    { info_data: { protocol: '802.1ad', id: 7, flags: ['REORDER_HDR', 'LOOSE_BINDING'] } },
  ],
  [
    ipvlan({ name: 'k', link: 'base', mode: 'l2', isolation: 'private' }),
    { info_data: { mode: 'l2' } },
  ],
  [wireguard({ name: 'k' }), { info_kind: 'wireguard' }],
  [vrf({ name: 'k', table: 100 }), { info_data: { table: 100 } }],
  [
    bond({ name: 'k', mode: 'active-backup', miimon: 100 }),
    { info_data: { mode: 'active-backup', miimon: 100 } },
  ],
]

describe('every kind', () => {
  test.each(kinds.map(([link, info]) => [link.kind, link, info] as const))(
    '%s is what `ip` says, or the kernel has none and the error says so',
    async (kind, link, info) => {
      const { links } = net.netlink
      const refused = (() => {
        try {
          links.add(link)
          return undefined
        } catch (error) {
          return error as NetlinkError
        }
      })()
      if (refused) {
        expect(refused).toMatchObject({
          code: 'ENOTSUP',
          text: 'Unknown device type',
          hint: expect.stringMatching(/no links of that kind/),
        })
        const wants: Record<string, string> = { vlan: 'id 7', vrf: 'table 100' }
        const command = `ip link add link base name k type ${kind} ${wants[kind] ?? ''}`
        expect(await net.sh(`${command} 2>&1 || true`)).toMatch(/Unknown device type/)
        return
      }
      expect(links.get('k').kind).toBe(kind)
      expect(await ip('k')).toMatchObject({ linkinfo: { info_kind: kind, ...info } })
      links.remove('k')
    },
  )

  test('a kind without a factory is an object', async () => {
    const IFLA_BR = { HELLO_TIME: 2 } as const
    net.netlink.links.add({ kind: 'bridge', name: 'k', data: [u32(IFLA_BR, 'HELLO_TIME', 300)] })
    expect(await ip('k')).toMatchObject({ linkinfo: { info_data: { hello_time: 300 } } })
    expect(net.netlink.links.get('k').data?.u32(IFLA_BR.HELLO_TIME)).toBe(300)
    net.netlink.links.remove('k')
  })

  test('settings that a kind does not have are refused', () => {
    expect(() => dummy({ name: 'k', peer: {} } as never)).toThrow(/dummy: unknown option peer/)
    expect(() => macvlan({ link: 1, mode: 'magic' } as never)).toThrow(/macvlan\.mode: one of/)
    expect(() => vxlan({ id: 1, remote: 'far' })).toThrow(/vxlan\.remote/)
  })
})

test('a member of a bridge has settings of its own', async () => {
  const { links } = net.netlink
  links.add(bridge({ name: 'br0' }))
  links.set('base', { master: 'br0' })
  links.set('base', bridgePort({ isolated: true, learning: false, cost: 7, hairpin: true }))
  expect(await ip('base')).toMatchObject({
    linkinfo: { info_slave_data: { isolated: true, learning: false, cost: 7, hairpin: true } },
  })
  links.remove('br0')
})

test('`ensure` makes a link once, changes it the second time, and refuses another kind', () => {
  const { links } = net.netlink
  const first = links.ensure(bridge({ name: 'br0', mtu: 1400 }))
  const second = links.ensure(bridge({ name: 'br0', mtu: 1300, up: true }))
  expect([second.index, second.mtu, second.up]).toEqual([first.index, 1300, true])
  expect(() => links.ensure({ kind: 'ifb', name: 'br0' })).toThrow(
    expect.objectContaining({ code: 'EEXIST', path: 'br0' }),
  )
  links.remove('br0')
})

test('statistics count what passed', async () => {
  net.netlink.links.set('lo', { up: true })
  const before = net.netlink.links.statistics('lo')
  await net.sh('bash -c "echo > /dev/udp/127.0.0.1/9" 2>/dev/null || true')
  const after = net.netlink.links.statistics('lo')
  expect(after.txPackets).toBeGreaterThan(before.txPackets)
  expect(after.txBytes).toBe(after.rxBytes)
})

describe('a tap', () => {
  const user = lane === 'root' ? undefined : () => net.pid
  const isOpen = (() => {
    try {
      accessSync('/dev/net/tun', constants.R_OK | constants.W_OK)
      return true
    } catch {
      return false
    }
  })()
  const make = () => openTunInside({ name: 'tap%d', mode: 'tap' }, net.pid, { user: user?.() })

  test('is made inside and used from here, or the error names the file that is closed', async () => {
    if (!isOpen) {
      const error = await make().catch((error) => error)
      expect(error).toMatchObject({ code: expect.stringMatching(/^ERR_NS_(SETUP|PERMISSION)$/) })
      expect(error.message).toMatch(/\/dev\/net\/tun/)
      return
    }
    const tap = await make()
    expect(tap.name).toBe('tap0')
    expect(await ip('tap0')).toMatchObject({
      linkinfo: { info_kind: 'tun', info_data: { type: 'tap', pi: false } },
    })
    tap.close()
    tap.close()
    expect(() => close(tap.fd)).toThrow(/EBADF/)
    expect(net.netlink.links.find('tap0')).toBeUndefined()
  })
})
