import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { readdirSync, readlinkSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { checkLeaks } from '@ns/testkit'
import { expect, test } from 'vitest'
import { NetNs } from '../src/index.ts'

checkLeaks()

const file = new URL('fixtures/worker.mjs', import.meta.url)
const own = () => readlinkSync('/proc/thread-self/ns/net')
const ofThreads = () =>
  readdirSync('/proc/self/task').map((tid) => readlinkSync(`/proc/self/task/${tid}/ns/net`))

test('a Worker is born inside: what its code listens on and connects to is there', async () => {
  using one = await NetNs.create()
  using two = await NetNs.create()
  const before = own()
  const workers = [one, two].map((ns) => ns.worker(file, { workerData: 8080 }))
  expect(own()).toBe(before)
  const answers = await Promise.all(workers.map((worker) => once(worker, 'message')))
  // The same port twice: in one namespace the second would be EADDRINUSE.
  expect(answers.map(([answer]) => answer)).toEqual(
    [one, two].map((ns) => ({ net: ns.toString(), text: 'served by 8080' })),
  )
  const client = await one.connect({ port: 8080 })
  expect(await text(client)).toBe('served by 8080')
  await Promise.all(workers.map((worker) => worker.terminate()))
})

test('no other thread of the process is moved, libuv’s pool least of all', async () => {
  using ns = await NetNs.create()
  const worker = ns.worker(file, { workerData: 8081 })
  await once(worker, 'message')
  await lookup('localhost')
  const elsewhere = ofThreads().filter((net) => net !== own())
  expect(elsewhere).toEqual([ns.toString()])
  await worker.terminate()
  expect(new Set(ofThreads())).toEqual(new Set([own()]))
})

test('getters of its options run outside', async () => {
  using ns = await NetNs.create()
  const seen: string[] = []
  const options = {
    get workerData() {
      seen.push(own())
      return 8082
    },
  }
  const worker = ns.worker(file, options)
  await once(worker, 'message')
  expect(seen).toEqual([own()])
  await worker.terminate()
})

test('one that cannot be made leaves this thread where it was', async () => {
  using ns = await NetNs.create()
  const before = own()
  expect(() => ns.worker('relative.mjs')).toThrow()
  expect(own()).toBe(before)
})
