import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import {
  asCaller,
  checkLeaks,
  countResources,
  expectNoLeaks,
  output,
  ownMounts,
  ownNetwork,
  running,
  waitFor,
} from '../src/index.ts'

checkLeaks()

const fixture = fileURLToPath(new URL('fixtures/tables.ts', import.meta.url))

const leftBehind = async (before: ReturnType<typeof countResources>) =>
  await expectNoLeaks(before).then(
    () => 'nothing',
    (error) => String(error.message),
  )

test('an open fd, a running process and its namespaces are found', async () => {
  const before = countResources()
  const fd = openSync('/dev/null', 'r')
  const sleeper = await running(asCaller([ownMounts()]))
  const message = await leftBehind(before)
  await sleeper[Symbol.asyncDispose]()
  closeSync(fd)
  expect(message).toMatch(/left behind/)
  const after = countResources()
  expect(after.fds).toEqual(before.fds)
})

test('what differs is named', async () => {
  const before = countResources()
  const fd = openSync('/dev/null', 'r')
  await using sleeper = await running(asCaller([ownMounts()]))
  const now = countResources()
  closeSync(fd)
  expect(now.fds).toContain(`${fd} /dev/null`)
  expect(now.processes).toContainEqual(expect.stringMatching(`^${sleeper.pid} `))
  expect(now.namespaces).toContain(`mnt:[${sleeper.ready.namespaces.mount}]`)
  expect(before.namespaces).toEqual([])
})

test('an orphan is found though its parent is another process', async () => {
  const { stdout } = await output([], {
    file: 'sh',
    args: ['-c', 'setsid sleep 600 >/dev/null 2>&1 & echo $!'],
  })
  const pid = Number(stdout)
  const isThere = () => countResources().processes.some((line) => line.startsWith(`${pid} `))
  expect(isThere()).toBe(true)
  process.kill(pid, 'SIGKILL')
  await waitFor(() => !isThere())
})

test('a table of nf_tables is found, by its family', async () => {
  // In a network of its own: none is ever left in the machine's.
  const { stdout, stderr } = await output(asCaller([ownNetwork()]), {
    file: process.execPath,
    args: ['--conditions=@ns/source', '--no-warnings', fixture],
    capabilities: 'keep',
  })
  expect(stderr).toBe('')
  expect(JSON.parse(stdout)).toEqual([[], ['1 left', '2 also']])
})

test('a mount more, one less and another order are found', async () => {
  const now = countResources()
  const [first = '', second = '', ...others] = now.mounts
  const differs = async (mounts: string[]) => await leftBehind({ ...now, mounts })
  expect(await differs([second, ...others])).toMatch(/left behind/)
  expect(await differs(['1 2 0:3 / /x rw - tmpfs none rw', ...now.mounts])).toMatch(/left behind/)
  expect(await differs([second, first, ...others])).toMatch(/left behind/)
})

test('what ends a moment later is waited for', async () => {
  const before = countResources()
  const child = spawn('sleep', ['0.2'])
  const closed = new Promise((resolve) => child.on('close', resolve))
  expect(await leftBehind(before)).toBe('nothing')
  await closed
})
