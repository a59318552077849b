import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { needs, userNamespaces } from '@ns/testkit'
import { beforeEach, expect, test } from 'vitest'

beforeEach(needs(userNamespaces))

test.each([
  ['the process that is in the joined pid namespace', 'joined'],
  ['an fd that is handed over', 'taken'],
  ['an fd that was opened inside', 'opened'],
])('no number left for %s: the start fails, says so, and leaves nothing', async (_, what) => {
  const fixture = `${import.meta.dirname}/fixtures/full.ts`
  const node = [process.execPath, '--conditions=@ns/source', fixture, what]
  const { stdout } = await promisify(execFile)('prlimit', ['--nofile=100', ...node])
  const { error, before, after } = JSON.parse(stdout)
  expect(error).toMatch(
    /^NamespaceError: an fd that the child sent was lost: EMFILE: .*recvmsg\n.*raise its limit .*ulimit -n.*or close some$/,
  )
  expect(after).toEqual(before)
})
