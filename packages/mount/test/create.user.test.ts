import { chmodSync, readdirSync } from 'node:fs'
import { launch } from '@ns/syscalls'
import { asCaller, checkLeaks, needs, program, Scratch } from '@ns/testkit'
import { beforeEach, expect, test } from 'vitest'
import { mount, tmpfs } from '../src/index.ts'
import { busyboxRoot } from './busybox-root.ts'

beforeEach(needs(program('busybox')))
checkLeaks()

test('create: a mount point that may not be taken away is told of, and the others are gone', async () => {
  using scratch = new Scratch()
  const root = busyboxRoot(scratch)
  const closed = scratch.directory('root/closed')
  const before = readdirSync(root)
  const mounts = [tmpfs('/other/place'), tmpfs('/closed/place')]
  const command = { file: 'sh', args: ['-c', 'chmod 555 /closed'], fds: [] }
  const child = launch(asCaller([mount({ root, mounts, create: true })]), command)
  await expect(child.exited).rejects.toMatchObject({
    code: 'ERR_NS_SETUP',
    operation: 'make the mount point',
  })
  expect(readdirSync(root)).toEqual(before)
  expect(readdirSync(closed)).toEqual(['place'])
  chmodSync(closed, 0o755)
})
