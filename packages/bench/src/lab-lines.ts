import { fileURLToPath } from 'node:url'
import { createLab, type Impairment, type Lab } from '@ns/lab'
import { dialogue } from './dialogue.ts'

/** How much a line of a lab carries, `Mbit/s`, in each round. */
export interface LineSeries {
  readonly what: string
  readonly backend: string
  readonly wish: number | undefined
  readonly carried: number[]
}

const BYTES = 2 ** 26
const own = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const stdio = ['pipe', 'pipe', 'inherit'] as const

const kinds: readonly (Pick<LineSeries, 'what' | 'wish'> & {
  readonly line: Impairment
  readonly isCaptured?: boolean
})[] = [
  { what: 'none', line: {}, wish: 800 },
  { what: 'a latency of 2 ms', line: { latency: 2 }, wish: undefined },
  { what: 'a loss of 0.1 %', line: { loss: 0.001 }, wish: undefined },
  { what: 'a rate of 1 Gbit/s', line: { rate: '1gbit' }, wish: undefined },
  { what: 'a latency of 2 ms, a jitter of 1', line: { latency: 2, jitter: 1 }, wish: undefined },
  { what: 'none, with a capture', line: {}, wish: undefined, isCaptured: true },
]

/** One stream of TCP from a node to another, 64 MiB each time. */
export async function measureLines(scratch: string, rounds: number): Promise<LineSeries[]> {
  const found: LineSeries[] = []
  for (const backend of ['tap', 'packet'] as const)
    for (const { what, wish, line, isCaptured = false } of kinds) {
      await using lab = await createLab({ backend })
      const carried = await carry(lab, line, isCaptured ? `${scratch}/pcap` : undefined, rounds)
      found.push({ what, backend, wish: backend === 'tap' ? wish : undefined, carried })
    }
  return found
}

async function carry(lab: Lab, line: Impairment, path: string | undefined, rounds: number) {
  const [a, b] = await lab.nodes('a', 'b')
  const link = await lab.link(a, b, line)
  const capture = path === undefined ? undefined : await link.capture(path)
  const server = a.spawn(process.execPath, [own('relay-server.ts'), '9000', '::'], {
    stdio: [...stdio],
  })
  await dialogue(server).ask('ready?')
  const client = b.spawn(process.execPath, [own('relay-client.ts'), a.address, '9000'], {
    stdio: [...stdio],
  })
  const { ask } = dialogue(client)
  await ask('1 1')
  const carried: number[] = []
  for (let round = 0; round < rounds; round++) {
    const begin = performance.now()
    await ask(`1 ${BYTES}`)
    carried.push((BYTES * 8) / 1000 / (performance.now() - begin))
  }
  await capture?.close()
  return carried
}
