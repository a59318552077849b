import { checkLeaks, needs, program } from '@ns/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  type Attribute,
  bridge,
  encodeAttributes,
  macvlan,
  type Netlink,
  netem,
  type Request,
  u32Filter,
  veth,
} from '../src/index.ts'
import { type Network, network } from './network.ts'

let net: Network

beforeAll(async () => {
  net = await network()
  const { links, addresses } = net.netlink
  links.add(veth({ name: 'va', up: true, peer: { name: 'vb', up: true } }))
  addresses.add({ dev: 'va', address: '10.0.0.1/24' })
})
afterAll(async () => await net[Symbol.asyncDispose]())
beforeEach(needs(program('strace')))
checkLeaks()

/** What a call of ours sends last, whether the kernel takes it or not; what it has made may be asked for then. */
function ours(call: (netlink: Netlink) => void): Request {
  const { socket } = net.netlink
  const sent: Request[] = []
  const { request } = socket
  socket.request = (message) => {
    sent.push(message)
    return request.call(socket, message)
  }
  try {
    call(net.netlink)
  } catch {
    // A kernel without it is sent the same bytes.
  } finally {
    socket.request = request
  }
  return sent.findLast(({ name }) => name !== 'RTM_GETLINK') as Request
}

/** What a tool sends last: strace's dump of its bytes. */
async function theirs(command: string): Promise<Buffer> {
  const trace = `strace -e trace=sendmsg -e write=all ${command} 2>&1 >/dev/null || true`
  const text = await net.sh(trace)
  const dump = text
    .slice(text.lastIndexOf(' * '))
    .matchAll(/^ \| [\da-f]{5} {2}([\da-f ]{47,48})/gm)
  return Buffer.from([...dump].map(([, hex = '']) => hex.replaceAll(' ', '')).join(''), 'hex')
}

const NESTED = 0x8000

/** Attributes by the way to them; ours tell which are nested. The tools set no NLA_F_NESTED, and end few texts with a NUL. */
function flatten(bytes: Buffer, like: readonly Attribute[], way = ''): Record<string, string> {
  const found: Record<string, string> = {}
  for (let at = 0; at + 4 <= bytes.length; ) {
    const length = bytes.readUInt16LE(at)
    const type = bytes.readUInt16LE(at + 2) & ~NESTED
    const own = like.find((it) => (it.type & ~NESTED) === type)
    const value = bytes.subarray(at + 4, at + length)
    const name = `${way}${own?.name ?? type}`
    if (own && Array.isArray(own.value)) {
      const header = Math.ceil((own.header?.length ?? 0) / 4) * 4
      if (header) found[`${name}:`] = value.toString('hex', 0, header)
      Object.assign(found, flatten(value.subarray(header), own.value, `${name}.`))
    } else found[name] = value.toString('hex').replace(/00$/, own?.name === 'KIND' ? '' : '$&')
    at += Math.ceil(length / 4) * 4
  }
  return found
}

/** Flags that say how an answer is wanted: REQUEST, ACK, ECHO. */
const ANSWER = 1 | 4 | 8

describe('what is sent is what the tools send', () => {
  test.each<[string, (netlink: Netlink) => void, string?]>([
    [
      'ip link add name v1 mtu 1400 address 02:00:00:00:00:01 type veth peer name v2 mtu 1300',
      ({ links }) =>
        links.add(
          veth({
            name: 'v1',
            mtu: 1400,
            mac: '02:00:00:00:00:01',
            peer: { name: 'v2', mtu: 1300 },
          }),
        ),
      'ip link del v1',
    ],
    [
      'ip link add name br9 type bridge stp_state 1 forward_delay 400 ageing_time 6000',
      ({ links }) =>
        links.add(bridge({ name: 'br9', stp: true, forwardDelay: 4000, ageing: 60_000 })),
      'ip link del br9',
    ],
    [
      'ip link add link va name m9 type macvlan mode vepa',
      ({ links }) => links.add(macvlan({ name: 'm9', link: 'va', mode: 'vepa' })),
      'ip link del m9',
    ],
    ['ip link set va mtu 1400 up', ({ links }) => links.set('va', { mtu: 1400, up: true })],
    [
      'ip addr add 10.9.0.1/24 brd + dev va',
      ({ addresses }) => addresses.add({ dev: 'va', address: '10.9.0.1/24' }),
      'ip addr del 10.9.0.1/24 dev va',
    ],
    [
      'ip addr add fd00::9/64 dev va nodad valid_lft 600 preferred_lft 300',
      ({ addresses }) =>
        addresses.add({
          dev: 'va',
          address: 'fd00::9/64',
          noDad: true,
          validLifetime: 600_000,
          preferredLifetime: 300_000,
        }),
      'ip addr del fd00::9/64 dev va',
    ],
    [
      'ip route add 10.8.0.0/16 via 10.0.0.2 dev va metric 7 mtu 1200 proto static',
      ({ routes }) =>
        routes.add({
          destination: '10.8.0.0/16',
          gateway: '10.0.0.2',
          dev: 'va',
          metric: 7,
          metrics: { mtu: 1200 },
        }),
      'ip route del 10.8.0.0/16',
    ],
    [
      'ip route add 10.8.0.0/16 proto static nexthop via 10.0.0.2 dev va weight 3 nexthop via 10.0.0.3 dev va',
      ({ routes }) =>
        routes.add({
          destination: '10.8.0.0/16',
          nextHops: [
            { gateway: '10.0.0.2', dev: 'va', weight: 3 },
            { gateway: '10.0.0.3', dev: 'va' },
          ],
        }),
      'ip route del 10.8.0.0/16',
    ],
    [
      'ip rule add priority 99 from 10.0.0.0/8 fwmark 7 table 1000',
      ({ rules }) => rules.add({ priority: 99, source: '10.0.0.0/8', mark: 7, table: 1000 }),
      'ip rule del priority 99',
    ],
    [
      'ip neigh add 10.0.0.7 lladdr 02:00:00:00:00:07 dev va',
      ({ neighbours }) =>
        neighbours.add({ dev: 'va', address: '10.0.0.7', mac: '02:00:00:00:00:07' }),
      'ip neigh del 10.0.0.7 dev va',
    ],
    [
      'tc qdisc add dev va root netem delay 20ms 5ms 25% loss 10% duplicate 1% corrupt 2% reorder 50% limit 500',
      ({ qdiscs }) =>
        qdiscs.add(
          netem({
            dev: 'va',
            delay: 20,
            jitter: 5,
            delayCorrelation: 0.25,
            loss: 0.1,
            duplicate: 0.01,
            corrupt: 0.02,
            reorder: 0.5,
            limit: 500,
          }),
        ),
      'tc qdisc del dev va root 2>/dev/null || true',
    ],
    [
      'tc filter add dev va parent 1: protocol ip prio 5 u32 match ip dst 10.0.0.0/8 flowid 1:10',
      ({ filters }) =>
        filters.add(
          u32Filter({
            dev: 'va',
            parent: '1:',
            protocol: 0x800,
            priority: 5,
            match: [{ offset: 16, value: 0x0a000000, mask: 0xff000000 }],
            classId: '1:10',
          }),
        ),
    ],
  ])('%s', async (command, call, undo) => {
    const bytes = await theirs(command)
    if (undo) await net.sh(undo)
    const request = ours(call)
    if (undo) await net.sh(undo)
    const header = 16 + Math.ceil(request.header.length / 4) * 4
    expect(bytes.readUInt32LE(0)).toBe(bytes.length)
    expect(bytes.readUInt16LE(4)).toBe(request.type)
    expect(bytes.readUInt16LE(6) & ~ANSWER).toBe((request.flags ?? 0) & ~ANSWER)
    expect(bytes.subarray(16, 16 + request.header.length)).toEqual(Buffer.from(request.header))
    const said = flatten(bytes.subarray(header), request.attributes)
    const own = flatten(encodeAttributes(request.attributes), request.attributes)
    // netem's times in nanoseconds, which this `tc` does not send yet.
    const newer = Object.keys(own).filter((name) => /^OPTIONS\.\w+64$/.test(name))
    for (const name of newer) delete own[name]
    expect(own).toEqual(said)
  })
})
