import { checkLeaks, needs, program } from '@ns/testkit'
import { beforeEach, expect, test } from 'vitest'
import { run, spawnSync } from '../src/index.ts'

beforeEach(needs(program('newuidmap'), program('newgidmap')))
checkLeaks()

test('spawnSync maps subordinate ids, as `run` does: newuidmap and newgidmap are waited for', async () => {
  const namespaces = { user: { map: 'auto' }, uts: true } as const
  const args = ['/proc/self/uid_map', '/proc/self/gid_map', '/proc/self/setgroups']
  const { stdout } = await run('cat', args, { namespaces })
  expect(spawnSync('cat', args, { namespaces, encoding: 'utf8' })).toMatchObject({
    status: 0,
    stdout,
  })
  expect(stdout.split('\n')).toHaveLength(6)
})

test('what newgidmap refuses is the error, in its words, and nothing is left', () => {
  const ranges = [{ inside: 0, outside: 1_000_001, count: 65_536 }]
  const namespaces = { user: { map: { uid: ranges, gid: ranges } } }
  expect(spawnSync('true', { namespaces })).toMatchObject({
    pid: 0,
    error: {
      code: 'ERR_NS_SUBIDS',
      message: expect.stringMatching(/newgidmap refused the map: .*not allowed/),
    },
  })
})
