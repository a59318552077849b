import { text } from 'node:stream/consumers'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Worker } from 'node:worker_threads'
import { checkLeaks, rounds, slower } from '@ns/testkit'
import { expect, test } from 'vitest'
import { spawn } from '../src/index.ts'

checkLeaks() // fds, zombies, namespaces, mounts, interfaces: as before each test

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

const isolated = { user: { map: 'root' }, pid: true, mount: true, uts: true, ipc: true } as const
/** Every tenth in namespaces of its own. */
const namespacesOf = (i: number) => (i % 10 === 0 ? isolated : undefined)

const MiB = 2 ** 20
const STARTS = rounds(10_000)
const AT_ONCE = rounds(1_000)

/** What is used when all that can be freed is. */
function memory() {
  collect()
  const { rss, heapUsed, external } = process.memoryUsage()
  return { rss: rss / MiB, heap: (heapUsed + external) / MiB }
}

test(`${STARTS} starts in sequence: memory is at a plateau after the first fifth`, {
  timeout: STARTS * 60 * slower + 300_000,
}, async () => {
  const codes = new Set<number | null>()
  const start = async (from: number, to: number) => {
    for (let i = from; i < to; i++) {
      const child = spawn('/bin/true', [], { stdio: 'ignore', namespaces: namespacesOf(i) })
      codes.add((await child.exited).exitCode)
    }
    return memory()
  }
  const early = await start(0, STARTS / 5)
  const late = await start(STARTS / 5, STARTS)
  expect([...codes]).toEqual([0])
  expect(late.heap - early.heap).toBeLessThan(4) // compiled code comes to half of one
  expect(late.rss - early.rss).toBeLessThan(32)
})

test(`${AT_ONCE} at once: each says its own, and ends`, { timeout: 600_000 }, async () => {
  const said = await Promise.all(
    Array.from({ length: AT_ONCE }, async (_, i) => {
      const stdio = ['ignore', 'pipe', 'ignore'] as const
      const args = [`${i}`]
      const child = spawn('/bin/echo', args, { stdio, namespaces: namespacesOf(i) })
      const [printed, { exitCode }] = await Promise.all([text(child.stdout), child.exited])
      await child.closed
      return [printed, exitCode]
    }),
  )
  expect(said).toEqual(Array.from({ length: AT_ONCE }, (_, i) => [`${i}\n`, 0]))
})

test('four Workers, each with 250 at once', { timeout: 600_000 }, async () => {
  const script = `
    import { parentPort } from 'node:worker_threads'
    import { spawn } from ${JSON.stringify(new URL('../src/index.ts', import.meta.url))}
    const namespaces = ${JSON.stringify(isolated)}
    const exits = await Promise.all(Array.from({ length: 250 }, (_, i) =>
      spawn('sh', ['-c', 'exit ' + i], { stdio: 'ignore', namespaces: i % 10 ? undefined : namespaces }).exited))
    parentPort.postMessage(exits.map(({ exitCode }) => exitCode))`
  const codes = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const url = new URL(`data:text/javascript,${encodeURIComponent(script)}`)
      const worker = new Worker(url, { execArgv: ['--conditions=@ns/source'] })
      const exit = new Promise((resolve) => worker.once('exit', resolve))
      const said = await new Promise((resolve, reject) => {
        worker.once('message', resolve).once('error', reject)
      })
      await exit
      return said
    }),
  )
  const all = Array.from({ length: 250 }, (_, i) => i)
  expect(codes).toEqual([all, all, all, all])
})
