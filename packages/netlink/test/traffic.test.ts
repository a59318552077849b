import { checkLeaks } from '@ns/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  clsact,
  htb,
  htbClass,
  ifb,
  ingress,
  type NetlinkError,
  nested,
  netem,
  TCA,
  tbf,
  u32,
  u32Filter,
  veth,
} from '../src/index.ts'
import { type Network, network } from './network.ts'

let net: Network

beforeAll(async () => {
  net = await network()
  const { links } = net.netlink
  links.add(veth({ name: 'a', up: true, peer: { name: 'b', up: true } }))
  links.add(ifb({ name: 'i', up: true }))
})
afterAll(async () => await net[Symbol.asyncDispose]())
checkLeaks()

const tc = (command: string) => net.json(`tc -j -s ${command}`)

describe('qdiscs', () => {
  test('tbf: rate, burst and limit are what `tc` says', async () => {
    const { qdiscs } = net.netlink
    qdiscs.add(tbf({ dev: 'a', handle: '7:', rate: 8e6, burst: 10_000, limit: 30_000 }))
    expect(await tc('qdisc show dev a root')).toMatchObject([
      { kind: 'tbf', handle: '7:', options: { rate: 1e6, burst: 10_000 } },
    ])
    expect(() => qdiscs.add(tbf({ dev: 'a', rate: 8e6, burst: 10_000 }))).toThrow(
      expect.objectContaining({ code: 'EEXIST', path: 'tbf of a' }),
    )
    qdiscs.ensure(tbf({ dev: 'a', handle: '8:', rate: 80e9, burst: 1_000_000 }))
    const [said] = await tc('qdisc show dev a root')
    expect(said).toMatchObject({ handle: '8:', options: { rate: 1e10 } })
    expect(qdiscs.list('a')).toMatchObject([
      { kind: 'tbf', handle: '8:', parent: 'root', statistics: { dropped: 0, queued: 0 } },
    ])
    qdiscs.remove({ dev: 'a' })
    expect(qdiscs.list('a').map(({ kind }) => kind)).toEqual(['noqueue'])
  })

  test('netem: as `tc` says, or the kernel has none and the error says so', async () => {
    const bad = netem({
      dev: 'a',
      delay: 20,
      jitter: 5,
      delayCorrelation: 0.25,
      loss: 0.1,
      duplicate: 0.01,
      corrupt: 0.02,
      reorder: 0.5,
      rate: 1e6,
      limit: 500,
    })
    const error = (() => {
      try {
        net.netlink.qdiscs.add(bad)
        return undefined
      } catch (error) {
        return error as NetlinkError
      }
    })()
    if (error) {
      expect(error).toMatchObject({
        code: 'ENOENT',
        path: 'netem of a',
        text: 'Specified qdisc kind is unknown',
        hint: expect.stringMatching(/no such qdisc/),
      })
      return
    }
    const [{ options }] = await tc('qdisc show dev a root')
    expect(options.delay.delay).toBeCloseTo(0.02)
    expect(options.delay.jitter).toBeCloseTo(0.005)
    expect(options['loss-random'].loss).toBeCloseTo(0.1)
    expect(options.duplicate.duplicate).toBeCloseTo(0.01)
    expect(options.corrupt.corrupt).toBeCloseTo(0.02)
    expect(options.reorder.reorder).toBeCloseTo(0.5)
    expect(options).toMatchObject({ limit: 500, rate: { rate: 125_000 }, gap: 1 })
    net.netlink.qdiscs.remove({ dev: 'a' })
  })

  test('one without a factory', async () => {
    const { qdiscs } = net.netlink
    const limit = Buffer.from(new Uint32Array([7]).buffer)
    const options = { name: 'OPTIONS', type: TCA.OPTIONS, table: TCA, value: limit }
    qdiscs.add({ dev: 'a', kind: 'pfifo', handle: '1:', options })
    expect(await tc('qdisc show dev a root')).toMatchObject([
      { kind: 'pfifo', options: { limit: 7 } },
    ])
    qdiscs.remove({ dev: 'a' })
    const bad = nested(TCA, 'OPTIONS', [u32({ X: 1 }, 'X', 1)])
    expect(() => qdiscs.add({ dev: 'a', kind: 'nonesuch', options: bad })).toThrow(
      expect.objectContaining({ code: 'ENOENT' }),
    )
  })
})

test('htb: classes share a rate, a filter puts packets into one of them', async () => {
  const { qdiscs, classes, filters } = net.netlink
  qdiscs.add(htb({ dev: 'a', handle: '1:', defaultClass: '1:20' }))
  classes.add(htbClass({ dev: 'a', parent: '1:', handle: '1:10', rate: 8e6, ceil: 16e6 }))
  classes.add(htbClass({ dev: 'a', parent: '1:', handle: '1:20', rate: 80e3, priority: 3 }))
  filters.add(
    u32Filter({
      dev: 'a',
      parent: '1:',
      priority: 5,
      protocol: 0x800,
      match: [{ offset: 16, value: 0x0a000000, mask: 0xff000000 }],
      classId: '1:10',
    }),
  )
  expect(await tc('qdisc show dev a root')).toMatchObject([
    { kind: 'htb', options: { default: '0x20' } },
  ])
  const said = await net.sh('tc class show dev a')
  expect(said).toMatch(/class htb 1:10 root.*rate 8Mbit ceil 16Mbit/)
  expect(said).toMatch(/class htb 1:20 root.*prio 3 rate 80Kbit/)
  expect(await net.sh('tc filter show dev a')).toMatch(
    /protocol ip pref 5 u32[\s\S]*flowid 1:10[\s\S]*match 0a000000\/ff000000 at 16/,
  )
  expect(
    classes
      .list('a')
      .map(({ handle }) => handle)
      .sort(),
  ).toEqual(['1:10', '1:20'])
  const found = filters.list({ dev: 'a', parent: '1:' })
  expect(found).toContainEqual(
    expect.objectContaining({ kind: 'u32', priority: 5, protocol: 0x800, parent: '1:' }),
  )
  filters.remove({ dev: 'a', parent: '1:', priority: 5 })
  expect(filters.list({ dev: 'a', parent: '1:' })).toEqual([])
  classes.remove({ dev: 'a', parent: '1:', handle: '1:10' })
  qdiscs.remove({ dev: 'a' })
})

test.each([
  ['ingress', ingress({ dev: 'b' }), 'ffff:'],
  ['clsact', clsact({ dev: 'b' }), 'ingress'],
])('%s: what comes in is sent elsewhere', async (kind, discipline, parent) => {
  const { qdiscs, filters, links } = net.netlink
  qdiscs.add(discipline)
  const target = links.index('i')
  filters.add(u32Filter({ dev: 'b', parent, priority: 1, redirect: { dev: target } }))
  const where = kind === 'clsact' ? 'ingress' : 'parent ffff:'
  expect(await net.sh(`tc filter show dev b ${where}`)).toMatch(
    /mirred \(Egress Redirect to device i\) stolen/,
  )
  const before = links.statistics('i').rxPackets + links.statistics('i').txPackets
  net.netlink.addresses.add({ dev: 'a', address: '10.0.0.1/24' })
  await net.sh('bash -c "echo > /dev/udp/10.0.0.2/9" 2>/dev/null || true')
  expect(links.statistics('i').rxPackets + links.statistics('i').txPackets).toBeGreaterThan(before)
  net.netlink.addresses.remove({ dev: 'a', address: '10.0.0.1/24' })
  qdiscs.remove({ dev: 'b', kind })
  expect(qdiscs.list('b').map((it) => it.kind)).not.toContain(kind)
})

test.each([
  [() => tbf({ dev: 'a', rate: 0, burst: 1 }), /tbf\.rate/],
  [() => netem({ dev: 'a', loss: 2 }), /netem\.loss/],
  [() => netem({ dev: 'a', delay: -1 }), /netem\.delay/],
  [() => netem({ dev: 'a', latency: 1 } as never), /netem: unknown option latency/],
  [() => u32Filter({ dev: 'a', match: [{ offset: 3, value: 0 }] }), /multiple of 4/],
  [() => u32Filter({ dev: 'a', classId: 'ten' }), /u32\.classId: "ten" is no handle/],
])('malformed options are refused: %#', (make, message) => {
  expect(make).toThrow(
    expect.objectContaining({
      code: 'ERR_NS_INVALID_OPTION',
      message: expect.stringMatching(message),
    }),
  )
})
