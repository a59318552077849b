import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { NetNs, vethPair } from '@ns/net'
import {
  addChain,
  addRule,
  addTable,
  type Change,
  deleteTable,
  match,
  Netlink,
  Nftables,
  statement,
  veth,
} from '@ns/netlink'
import { type NetSeries, nothing, type Pair } from './net-pair.ts'
import { pyroute } from './pyroute.ts'
import { relays } from './relays.ts'
import { shuffle } from './statistics.ts'

const WARM_UP = 5
const LINKS = 1000
const NAMESPACES = 100

/** One shell runs them all: what is counted is their starts and their work, not Node's. */
const sh = (script: string) => execFileSync('sh', ['-ec', script], { encoding: 'utf8' })

/** Measures all pairs, in each round in another order. */
export async function measureNet(scratch: string, rounds: number): Promise<NetSeries[]> {
  using here = NetNs.open(0)
  using netlink = Netlink.open()
  using nft = Nftables.open()
  const wires = wiring(here, netlink)
  const python = pyroute(wires)
  const relaying = await relays(scratch)
  const pairs = [wires, ...python.pairs, rules(nft, scratch), many(), ...relaying.pairs]
  const wired = await measure(pairs, rounds)
  python.end()
  await relaying.end()
  // Last: so many links would slow down all else.
  for (let i = 0; i < LINKS / 2; i++)
    netlink.links.add(veth({ name: `a${i}`, peer: { name: `b${i}` } }))
  const dumped = await measure([dump(netlink)], rounds)
  return [...wired, ...dumped]
}

async function measure(pairs: readonly Pair[], rounds: number): Promise<NetSeries[]> {
  const all = pairs.map((pair) => {
    const { what, by, wish } = pair
    return { pair, series: { what, by, wish, ours: [] as number[], theirs: [] as number[] } }
  })
  for (let round = -WARM_UP; round < rounds; round++)
    for (const { pair, series } of shuffle(all))
      for (const who of shuffle(['ours', 'theirs'] as const)) {
        const begin = performance.now()
        const undo = await pair[who]()
        const ms = performance.now() - begin
        await undo()
        if (round >= 0) series[who].push(ms)
      }
  return all.map(({ series }) => series)
}

function wiring(here: NetNs, netlink: Netlink): Pair {
  return {
    what: 'a namespace, a pair of links to it, an address on each, all up',
    by: '`ip`, 7 commands of one shell',
    wish: 8,
    async ours() {
      const ns = await NetNs.create()
      const near = { ns: here, name: 'near', addresses: ['10.0.0.1/24'] }
      await vethPair(near, { ns, name: 'eth0', addresses: ['10.0.0.2/24'] })
      return async () => {
        netlink.links.remove('near')
        await ns.destroyed()
      }
    },
    async theirs() {
      sh(`ip netns add far
        ip -n far link set lo up
        ip link add near type veth peer name eth0 netns far
        ip addr add 10.0.0.1/24 dev near
        ip link set near up
        ip -n far addr add 10.0.0.2/24 dev eth0
        ip -n far link set eth0 up`)
      return () => sh('ip link del near; ip netns del far')
    },
  }
}

function rules(nft: Nftables, scratch: string): Pair {
  const table = { family: 'inet', name: 'bench' } as const
  const file = `${scratch}/rules`
  const ports = Array.from({ length: 10 }, (_, i) => 8000 + i)
  const changes: readonly Change[] = [
    addTable(table),
    addChain(table, 'input', { type: 'filter', hook: 'input' }),
    ...ports.map((port) => addRule(table, 'input', [match.protocol('tcp', port), statement.drop])),
  ]
  writeFileSync(
    file,
    `table inet bench {
      chain input {
        type filter hook input priority 0;
        ${ports.map((port) => `tcp dport ${port} drop`).join('\n')}
      }
    }`,
  )
  const undo = () => nft.apply([deleteTable(table)])
  return {
    what: 'a table, a chain and ten rules, in one batch',
    by: '`nft -f`',
    wish: 20,
    async ours() {
      nft.apply(changes)
      return undo
    },
    async theirs() {
      execFileSync('nft', ['-f', file])
      return undo
    },
  }
}

function many(): Pair {
  return {
    what: `${NAMESPACES} namespaces, one after the other`,
    by: `\`ip netns add\`, ${NAMESPACES} times in one shell`,
    wish: 1,
    async ours() {
      const all: NetNs[] = []
      for (let i = 0; i < NAMESPACES; i++) all.push(await NetNs.create({ lo: false }))
      const last = all.pop() as NetNs
      return async () => {
        for (const ns of all) ns.close()
        await last.destroyed()
      }
    },
    async theirs() {
      sh(`i=0; while [ $i -lt ${NAMESPACES} ]; do ip netns add n$i; i=$((i+1)); done`)
      return () => sh('ip -all netns del')
    },
  }
}

function dump(netlink: Netlink): Pair {
  return {
    what: `a list of ${LINKS} links`,
    by: '`ip -j link`, and `JSON.parse`',
    wish: 1,
    async ours() {
      netlink.links.list()
      return nothing
    },
    async theirs() {
      JSON.parse(execFileSync('ip', ['-j', 'link'], { encoding: 'utf8', maxBuffer: 1 << 26 }))
      return nothing
    },
  }
}
