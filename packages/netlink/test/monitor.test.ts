import { checkLeaks, lane } from '@ns/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bridge, Monitor, type MonitorEvent, veth } from '../src/index.ts'
import { type Network, network } from './network.ts'

let net: Network

beforeAll(async () => {
  net = await network()
})
afterAll(async () => await net[Symbol.asyncDispose]())
checkLeaks()

const user = () => (lane === 'root' ? undefined : net.pid)

/** Short: `new link br0`. */
function short(event: MonitorEvent): string {
  if (event.type === 'resync') return 'resync'
  const { type, action } = event
  if (type === 'link') return `${action} link ${event.link.name}`
  if (type === 'address') return `${action} address ${event.address.address}`
  if (type === 'route') return `${action} route ${event.route.destination}`
  if (type === 'rule') return `${action} rule ${event.rule.priority}`
  return `${action} neighbour ${event.neighbour.address}`
}

/** Reads until all of these have come. */
async function until(monitor: Monitor, wanted: readonly string[]): Promise<void> {
  const missing = new Set(wanted)
  while (missing.size > 0) {
    const { value, done } = await monitor.next()
    if (done) throw new Error(`it ended before ${[...missing]}`)
    missing.delete(short(value))
  }
}

test('changes by anybody are told, in their order', async () => {
  await using monitor = await Monitor.openInside(net.pid, { user: user() })
  const { links, addresses, rules, neighbours } = net.netlink
  links.add(bridge({ name: 'br0', up: true }))
  addresses.add({ dev: 'br0', address: '10.0.0.1/24' })
  rules.add({ priority: 7, table: 9 })
  neighbours.add({ dev: 'br0', address: '10.0.0.2', mac: '02:00:00:00:00:02' })
  await until(monitor, [
    'new link br0',
    'new address 10.0.0.1/24',
    'new route 10.0.0.0/24',
    'new rule 7',
    'new neighbour 10.0.0.2',
  ])
  rules.remove({ priority: 7 })
  await net.sh('ip link del br0')
  await until(monitor, ['remove rule 7', 'remove link br0'])
})

test('it waits without holding anything up, and ends when it is closed', async () => {
  const monitor = await Monitor.openInside(net.pid, { user: user(), events: ['link'] })
  const waiting = monitor.next()
  net.netlink.links.add(veth({ name: 'a', peer: { name: 'b' } }))
  expect(short((await waiting).value as MonitorEvent)).toMatch(/^new link/)
  for await (const event of monitor) {
    expect(event.type).toBe('link')
    break
  }
  expect(await monitor.next()).toEqual({ value: undefined, done: true })
  const other = await Monitor.openInside(net.pid, { user: user(), events: ['rule'] })
  const never = other.next()
  other.close()
  other.close()
  expect(await never).toEqual({ value: undefined, done: true })
  net.netlink.links.remove('a')
})

test('what was lost is told as a whole: resync, and all there is', async () => {
  await using monitor = await Monitor.openInside(net.pid, { user: user(), events: ['link'] })
  const { links } = net.netlink
  links.add(veth({ name: 'a', up: true, peer: { name: 'b' } }))
  for (let i = 0; i < 1000; i++) links.set('a', { mtu: 1000 + (i % 2) })
  const seen: string[] = []
  while (seen.at(-1) !== 'resync') seen.push(short((await monitor.next()).value as MonitorEvent))
  const rest = new Set<string>()
  while (rest.size < 3) rest.add(short((await monitor.next()).value as MonitorEvent))
  expect([...rest].sort()).toEqual(['new link a', 'new link b', 'new link lo'])
  links.remove('a')
})

test('an event that is none is refused', async () => {
  await expect(Monitor.openInside(net.pid, { events: ['weather' as never] })).rejects.toThrow(
    /monitor\.events: weather/,
  )
})
