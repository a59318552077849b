import { checkLeaks } from '@ns/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  addChain,
  addElements,
  addEntries,
  addMap,
  addRule,
  addSet,
  addTable,
  type Change,
  deleteElements,
  deleteEntries,
  deleteRules,
  deleteTable,
  key,
  match,
  Nftables,
  type Statement,
  statement,
  type Table,
} from '../src/index.ts'
import { type Network, network } from './network.ts'

const lane = process.env.NS_LANE
const table: Table = { family: 'inet', name: 'box' }
const { accept, counter, drop, dnat, dnatPort, limit, log, masquerade, redirect, reject, snat } =
  statement

let net: Network
let nft: Nftables

beforeAll(async () => {
  net = await network()
  nft = await Nftables.openInside(net.pid, lane === 'root' ? {} : { user: net.pid })
  net.netlink.links.set('lo', { up: true })
})
afterAll(async () => {
  nft.close()
  await net[Symbol.asyncDispose]()
})
checkLeaks()

/** What `nft` prints of our table, without its frame. */
async function listed(): Promise<string[]> {
  const text = await net.sh('nft list ruleset')
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && line !== '}')
}

function fresh(...changes: Change[]): void {
  if (nft.tables().length > 0) nft.apply([deleteTable(table)])
  nft.apply([addTable(table), ...changes])
}

describe('what is written is what nft reads', () => {
  test.each<[string, readonly Statement[], string]>([
    ['a network', [match.from('10.0.0.0/20'), drop], 'ip saddr 10.0.0.0/20 drop'],
    ['an address of IPv6', [match.to('fd00::1'), accept], 'ip6 daddr fd00::1 accept'],
    ['a port', [match.protocol('tcp', 80), drop], 'tcp dport 80 drop'],
    ['ports', [match.protocol('udp', [1000, 1010]), drop], 'udp dport 1000-1010 drop'],
    ['a link', [match.input('eth0'), drop], 'iifname "eth0" drop'],
    [
      'states',
      [match.state('established', 'related'), accept],
      'ct state established,related accept',
    ],
    ['a mark', [match.mark(7), drop], 'meta mark 0x00000007 drop'],
    ['a counter', [counter, drop], 'counter packets 0 bytes 0 drop'],
    ['a limit', [limit(10), accept], 'limit rate 10/second accept'],
    ['a log', [log('box: '), drop], 'log prefix "box: " drop'],
    [
      'a refusal',
      [match.protocol('tcp'), reject('tcp-reset')],
      'meta l4proto tcp reject with tcp reset',
    ],
    ['an unreachable port', [reject()], 'reject'],
    ['every tenth', [match.everyNth(10), drop], 'numgen inc mod 10 0 drop'],
    ['at random', [match.chance(0.5), drop], 'numgen random mod 16777216 < 8388608 drop'],
    ['a jump', [statement.jump('other')], 'jump other'],
  ])('%s', async (_, rule, text) => {
    fresh(
      addChain(table, 'other'),
      addChain(table, 'input', { type: 'filter', hook: 'input', policy: 'drop' }),
      addRule(table, 'input', rule),
    )
    const lines = await listed()
    expect(lines).toContain('type filter hook input priority filter; policy drop;')
    expect(lines.at(-1)).toBe(text)
  })

  test.each<[string, 'prerouting' | 'postrouting', readonly Statement[], string]>([
    ['masquerade', 'postrouting', [match.output('eth0'), masquerade], 'oifname "eth0" masquerade'],
    [
      'redirect',
      'prerouting',
      [match.protocol('tcp'), redirect(8080)],
      'meta l4proto tcp redirect to :8080',
    ],
    [
      'dnat',
      'prerouting',
      [match.protocol('tcp', 80), dnat('10.0.0.2', 8080)],
      'tcp dport 80 dnat ip to 10.0.0.2:8080',
    ],
    [
      'snat',
      'postrouting',
      [match.from('10.0.0.0/8'), snat('192.0.2.1')],
      'ip saddr 10.0.0.0/8 snat ip to 192.0.2.1',
    ],
    ['dnat of IPv6', 'prerouting', [dnat('fd00::2')], 'dnat ip6 to fd00::2'],
    [
      'dnat to a port',
      'prerouting',
      [match.protocol('udp', 53), dnatPort('ip', 5353)],
      'udp dport 53 dnat ip to :5353',
    ],
  ])('%s', async (_, hook, rule, text) => {
    fresh(addChain(table, 'nat', { type: 'nat', hook }), addRule(table, 'nat', rule))
    const lines = await listed()
    expect(lines).toContain(
      hook === 'postrouting'
        ? 'type nat hook postrouting priority srcnat; policy accept;'
        : 'type nat hook prerouting priority dstnat; policy accept;',
    )
    expect(lines.at(-1)).toBe(text)
  })

  test('a set of networks', async () => {
    const set = { name: 'blocked', family: 'ip' } as const
    const networks = ['10.0.0.0/8', '192.0.2.7', '224.0.0.0/3']
    fresh(
      addSet(table, set),
      ...addElements(table, set, networks),
      addChain(table, 'input', { type: 'filter', hook: 'input' }),
      addRule(table, 'input', [match.toSet('blocked', 'ip'), drop]),
    )
    expect((await listed()).join(' ')).toMatch(
      /elements = \{ 10\.0\.0\.0\/8, 192\.0\.2\.7, 224\.0\.0\.0\/3 \}.* ip daddr @blocked drop$/,
    )
    nft.apply(deleteElements(table, set, ['10.0.0.0/8']))
    expect((await listed()).join(' ')).toContain('elements = { 192.0.2.7, 224.0.0.0/3 }')
  })

  test('ten thousand addresses at once', async () => {
    const set = { name: 'many', family: 'ip' } as const
    const addresses = Array.from({ length: 10_000 }, (_, i) => `10.0.${i >> 8}.${i & 0xff}`).filter(
      (_, i) => i % 2,
    )
    fresh(addSet(table, set), ...addElements(table, set, addresses))
    const [, , { set: found }] = (
      await net.json('nft -j list set inet box many')
    ).nftables.toSpliced(1, 0, {})
    expect(found.elem).toHaveLength(5000)
  })
})

describe('what the packets meet', () => {
  const ping = (count: number) =>
    net.sh(`ping -q -c ${count} -i 0.002 -W 1 127.0.0.1 | grep -o '[0-9]* received' || true`)

  test('a rule drops them, and its counter says how many', async () => {
    fresh(
      addChain(table, 'input', { type: 'filter', hook: 'input' }),
      addRule(table, 'input', [match.protocol('icmp'), counter]),
      addRule(table, 'input', [match.protocol('icmp'), match.everyNth(2), counter, drop]),
    )
    await ping(10)
    const [all, dropped] = nft.rules(table)
    expect(all?.expressions).toEqual(['meta', 'cmp', 'counter'])
    expect(all?.counter?.packets).toBeGreaterThan(9n)
    const half = (all?.counter?.packets ?? 0n) / 2n
    expect(Math.abs(Number((dropped?.counter?.packets ?? 0n) - half))).toBeLessThanOrEqual(1)
    nft.apply([deleteRules(table, 'input', dropped?.handle)])
    expect(nft.rules(table)).toHaveLength(1)
    expect(await ping(5)).toBe('5 received\n')
  })
})

describe('a batch', () => {
  test('is made whole or not at all, and the error names the change', () => {
    fresh(addChain(table, 'input', { type: 'filter', hook: 'input' }))
    const broken = [
      addRule(table, 'input', [drop]),
      addRule(table, 'nowhere', [drop]),
      addRule(table, 'input', [drop]),
    ]
    expect(() => nft.apply(broken)).toThrow(
      expect.objectContaining({ code: 'ENOENT', syscall: 'NFT_MSG_NEWRULE', path: 'box nowhere' }),
    )
    expect(nft.rules(table)).toEqual([])
  })

  test('of a thousand rules is one', () => {
    fresh(
      addChain(table, 'input'),
      ...Array.from({ length: 1000 }, () => addRule(table, 'input', [counter])),
    )
    expect(nft.rules(table)).toHaveLength(1000)
  })

  test('of nothing does nothing', () => {
    expect(() => nft.apply([])).not.toThrow()
  })
})

test.each<[string, () => unknown]>([
  ['a port that is none', () => match.protocol('tcp', 65_536)],
  ['a network that is none', () => match.from('10.0.0.0/33')],
  ['a name of sixteen bytes', () => match.input('x'.repeat(16))],
  ['an unknown state', () => match.state('new', 'old' as 'new')],
  ['more than always', () => match.chance(1.5)],
  ['an unknown hook', () => addChain(table, 'x', { type: 'filter', hook: 'there' as 'input' })],
  [
    'an element of another family',
    () => addElements(table, { name: 's', family: 'ip6' }, ['10.0.0.1']),
  ],
])('%s is refused before anything is sent', (_, make) => {
  expect(make).toThrow(expect.objectContaining({ code: 'ERR_NS_INVALID_OPTION' }))
})

describe('maps', () => {
  const verdicts = { name: 'ports', key: 'port', value: 'verdict' } as const
  const hosts = { name: 'hosts', key: 'port', value: 'ip' } as const

  test('of verdicts and of values are what nft reads', async () => {
    fresh(
      addChain(table, 'web'),
      addMap(table, verdicts),
      ...addEntries(table, verdicts, [
        [80, { jump: 'web' }],
        [443, { goto: 'web' }],
        [22, 'drop'],
      ]),
      addMap(table, hosts),
      ...addEntries(table, hosts, [
        [8080, '10.0.0.2'],
        [8081, '10.0.0.3'],
      ]),
      addChain(table, 'nat', { type: 'nat', hook: 'prerouting' }),
      addRule(table, 'nat', [statement.dnatBy('hosts', key.port('tcp'), { port: 80 })]),
      // Not of `web`: it would lead to itself, which the kernel refuses if it sees it.
      addChain(table, 'main'),
      addRule(table, 'main', [statement.verdictBy('ports', key.port('tcp')), drop]),
    )
    const lines = await listed()
    expect(lines).toContain('type inet_service : verdict')
    expect(lines).toContain('type inet_service : ipv4_addr')
    const text = lines.join(' ')
    for (const entry of ['80 : jump web', '443 : goto web', '22 : drop', '8080 : 10.0.0.2'])
      expect(text).toContain(entry)
    expect(text).toContain('tcp dport vmap @ports drop')
    expect(text).toMatch(/dnat ip to tcp dport map @hosts:80/)
  })

  test.each([
    ['ip', '10.0.0.1', key.source('ip'), 'ip saddr vmap @map'],
    ['ip6', 'fd00::1', key.destination('ip6'), 'ip6 daddr vmap @map'],
    ['link', 'eth0', key.input, 'iifname vmap @map'],
    ['link', 'eth0', key.output, 'oifname vmap @map'],
    ['mark', 7, key.mark, 'meta mark vmap @map'],
  ] as const)('by %s %s', async (kind, entry, wanted, text) => {
    const map = { name: 'map', key: kind, value: 'verdict' } as const
    fresh(
      addMap(table, map),
      ...addEntries(table, map, [[entry, 'accept']]),
      addChain(table, 'chain'),
      addRule(table, 'chain', [statement.verdictBy('map', wanted)]),
    )
    expect(await listed()).toContain(text)
    expect((await listed()).join(' ')).toMatch(/: accept/)
    nft.apply(deleteEntries(table, map, [entry]))
    expect((await listed()).join(' ')).not.toMatch(/: accept/)
  })

  test('decide what becomes of packets', async () => {
    fresh(
      addMap(table, verdicts),
      ...addEntries(table, verdicts, [[7001, 'drop']]),
      addChain(table, 'input', { type: 'filter', hook: 'input' }),
      addRule(table, 'input', [statement.verdictBy('ports', key.port('tcp')), counter]),
    )
    const script = (port: number) =>
      `timeout 1 bash -c 'exec 3<>/dev/tcp/127.0.0.1/${port}' 2>/dev/null; echo $?`
    expect(await net.sh(script(7001))).toBe('124\n') // nobody answers
    expect(await net.sh(script(7002))).toBe('1\n') // refused
    nft.apply(deleteEntries(table, verdicts, [7001]))
    expect(await net.sh(script(7001))).toBe('1\n')
  })

  test('of a thousand entries, at once or not at all', async () => {
    const entries = Array.from({ length: 1000 }, (_, i) => [i, '10.0.0.1'] as const)
    fresh(addMap(table, hosts), ...addEntries(table, hosts, entries))
    const clash = addEntries(table, hosts, [...entries.slice(0, 1), [2000, '10.0.0.1']])
    nft.apply(clash) // the same once more is fine
    const other = addEntries(table, hosts, [
      [3000, '10.0.0.1'],
      [0, '10.0.0.9'],
    ])
    expect(() => nft.apply(other)).toThrow(expect.objectContaining({ code: 'EEXIST' }))
    expect((await listed()).join(' ')).not.toContain('3000 :')
  })

  test('hostile keys and values are refused before anything is sent', () => {
    const refusal = expect.objectContaining({ code: 'ERR_NS_INVALID_OPTION' })
    const entry = (map: object, it: readonly unknown[]) => () =>
      addEntries(table, map as typeof hosts, [it as never])
    expect(entry(hosts, [65_536, '10.0.0.1'])).toThrow(refusal)
    expect(entry(hosts, [-1, '10.0.0.1'])).toThrow(refusal)
    expect(entry(hosts, ['80', '10.0.0.1'])).toThrow(refusal)
    expect(entry(hosts, [80, 'fd00::1'])).toThrow(refusal)
    expect(entry(hosts, [80, '10.0.0.0/8'])).toThrow(refusal)
    expect(entry(verdicts, [80, 'perish'])).toThrow(refusal)
    expect(entry(verdicts, [80, { jump: '' }])).toThrow(refusal)
    expect(() => addMap(table, { name: 'a', key: 'uid' as never, value: 'ip' })).toThrow(refusal)
  })
})

describe('what this package does not speak', () => {
  test('is carried out and listed by nft, in the namespace', async () => {
    fresh(addChain(table, 'chain'))
    const rule = {
      family: 'inet',
      table: 'box',
      chain: 'chain',
      expr: [{ match: { op: '==', left: { ct: { key: 'mark' } }, right: 5 } }, { drop: null }],
    }
    await nft.applyJson({ nftables: [{ add: { rule } }] })
    expect(await listed()).toContain('ct mark 0x00000005 drop')
    const { nftables } = await nft.listJson()
    expect(nftables.filter((it) => 'rule' in it)).toHaveLength(1)
  })

  test('and is refused as a whole, with what nft complains of', async () => {
    fresh()
    const document = {
      nftables: [
        { add: { chain: { family: 'inet', table: 'box', name: 'one' } } },
        { add: { chain: { family: 'inet', table: 'none', name: 'two' } } },
      ],
    }
    await expect(nft.applyJson(document)).rejects.toMatchObject({
      code: 'ERR_NS_EXIT',
      message: expect.stringMatching(/No such file or directory/),
    })
    expect(await listed()).toEqual(['table inet box {'])
  })
})
