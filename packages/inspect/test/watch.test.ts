import { statSync } from 'node:fs'
import { CLONE_NEW } from '@ns/syscalls'
import { asCaller, checkLeaks, running } from '@ns/testkit'
import { expect, test } from 'vitest'
import { type Change, watch } from '../src/index.ts'

checkLeaks()

const uts = () => asCaller([{ type: 'uts', flags: CLONE_NEW.uts, steps: () => {} } as const])

test('what is there has come; then what comes and what goes is told', async () => {
  const looks = watch({ types: ['uts'], interval: 5 })
  const first = (await looks.next()).value as Change
  expect(first.came).toEqual(first.listing.namespaces)
  expect(first.went).toEqual([])
  const sleeper = await running(uts())
  const inode = statSync(`/proc/${sleeper.pid}/ns/uts`).ino
  const has = (key: 'came' | 'went') => (change: Change) =>
    change[key].some((one) => one.inode === inode)
  const came = await next(looks, has('came'))
  expect(came.listing.processes.map(({ pid }) => pid)).toContain(sleeper.pid)
  await sleeper[Symbol.asyncDispose]()
  const went = await next(looks, has('went'))
  expect(went.listing.namespaces.filter((one) => one.inode === inode)).toEqual([])
  await looks.return()
})

test('an aborted signal ends it, in the middle of a pause too', async () => {
  const abort = new AbortController()
  const looks = watch({ types: ['cgroup'], interval: 600_000, signal: abort.signal })
  await looks.next()
  setImmediate(() => abort.abort())
  for await (const _ of looks);
  expect((await watch({ signal: abort.signal }).next()).done).toBe(true)
})

test('A7: a malformed interval is refused by name', async () => {
  await expect(watch({ interval: -1 }).next()).rejects.toThrow(/watch\.interval/)
  await expect(watch({ kind: 'net' } as never).next()).rejects.toThrow(/unknown option kind/)
})

/** Other tests' namespaces, and those of the machine, come and go as well. */
async function next(
  looks: AsyncIterator<Change, void>,
  isWanted: (change: Change) => boolean,
): Promise<Change> {
  for (;;) {
    const { value } = await looks.next()
    if (!value) throw new Error('it has ended')
    if (isWanted(value)) return value
  }
}
