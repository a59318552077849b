import { checkLeaks, lane, linux } from '@ns/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bridge, type PlanError, type PlanStep, tbf, veth } from '../src/index.ts'
import { type Network, network } from './network.ts'

let net: Network

beforeAll(async () => {
  net = await network()
  // Up it has addresses and a qdisc that it keeps when it goes down again.
  net.netlink.links.set('lo', { up: true })
})
afterAll(async () => await net[Symbol.asyncDispose]())
checkLeaks()

const plan: readonly PlanStep[] = [
  { change: 'lo', to: { up: true, mtu: 9000, alias: 'text' } },
  { link: bridge({ name: 'br0', up: true }) },
  { link: veth({ name: 'a', up: true, master: 'br0', peer: { name: 'b', up: true } }) },
  { address: { dev: 'br0', address: '10.0.0.1/24' } },
  { address: { dev: 'b', address: '10.0.0.2/24' } },
  { nextHop: { id: 5, gateway: '10.0.0.9', dev: 'br0' } },
  { route: { destination: 'default', nextHopId: 5 } },
  { rule: { priority: 100, source: '10.0.0.0/8', table: 100 } },
  { route: { destination: 'default', table: 100, type: 'prohibit' } },
  { neighbour: { dev: 'br0', address: '10.0.0.9', mac: '02:00:00:00:00:09' } },
  // Beside a user namespace older kernels want the right of the initial one to take it back.
  ...(lane === 'user' && linux(6, 1, 'that right')()
    ? []
    : [{ fdb: { dev: 'a', mac: '02:00:00:00:00:09' } }]),
  { qdisc: tbf({ dev: 'b', rate: 1e6, burst: 5000 }) },
]

/** All that the plan touches, as `ip` and `tc` print it; addresses that the kernel makes by itself left out. */
const state = () =>
  net.sh(
    'ip -o link show | cut -d" " -f2-9; ip -4 -o addr; ip route show table all | grep -v ^local; ip rule; ip nexthop; tc qdisc show dev lo',
  )

test('a plan is carried out as a whole, and taken back as a whole', async () => {
  const before = await state()
  const applied = net.netlink.apply(plan)
  expect(await net.json('ip -j route show default')).toMatchObject([{ nhid: 5, dev: 'br0' }])
  expect(await net.json('ip -j rule show priority 100')).toMatchObject([{ table: '100' }])
  expect(net.netlink.qdiscs.list('b')[0]?.kind).toBe('tbf')
  applied.undo()
  applied.undo()
  expect(await state()).toBe(before)
})

test.each(plan.map((step, i) => [i + 1, Object.keys(step)[0]]))(
  'when what follows step %i (%s) fails, all before is taken back',
  async (number) => {
    const before = await state()
    const broken = [...plan.slice(0, number), { link: { kind: 'nonesuch', name: 'n' } }]
    const error = (() => {
      try {
        net.netlink.apply(broken)
        throw new Error('it did not fail')
      } catch (error) {
        return error as PlanError
      }
    })()
    expect(error).toMatchObject({
      code: 'ENOTSUP',
      step: { number: number + 1, of: number + 1, kind: 'link' },
      left: [],
      cause: { text: 'Unknown device type' },
    })
    expect(error.message).toMatch(`step ${number + 1} of ${number + 1} (link): ENOTSUP`)
    expect(await state()).toBe(before)
  },
)

test('what could not be taken back is refused before it is done', () => {
  const move: PlanStep = { change: 'lo', to: { netns: 1 } }
  expect(() => net.netlink.apply([move])).toThrow(/change\.to\.netns: a plan cannot take that back/)
  expect(() => net.netlink.apply([{ weather: 1 } as never])).toThrow(/no step of kind weather/)
})
