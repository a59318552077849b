import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { checkLeaks, lane, needs, Scratch, userNamespaces } from '@ns/testkit'
import { beforeEach, describe, expect, test } from 'vitest'

beforeEach(needs(userNamespaces))
checkLeaks()

/** Runs a scenario of the fixture in a mount namespace of its own. */
async function observe(...args: string[]): Promise<unknown> {
  using scratch = new Scratch()
  const [scenario = '', ...rest] = args
  const fixture = `${import.meta.dirname}/fixtures/own-tree.ts`
  const unshare = lane === 'root' ? [] : ['--user', '--map-root-user']
  const { stdout } = await promisify(execFile)(
    'unshare',
    [
      ...unshare,
      ...['--mount', '--propagation', 'private', process.execPath, '--conditions=@ns/source'],
      ...[fixture, scenario, scratch.path, ...rest],
    ],
    { env: { ...process.env, NS_LANE: 'root' } }, // it is root there
  )
  return JSON.parse(stdout)
}

describe('propagation of a shared tree', () => {
  test.each([
    ['by default', [], { in: false, out: false }],
    ["'private'", ['private'], { in: false, out: false }],
    ["'slave'", ['slave'], { in: true, out: false }],
    ["'shared'", ['shared'], { in: true, out: true }],
    ["'unchanged'", ['unchanged'], { in: true, out: true }],
  ])('C2: %s', async (_, args, crossed) => {
    expect(await observe('propagation', ...args)).toEqual({
      mounted: 'mounted',
      pid: true,
      ...crossed,
    })
  })
})

test('C3: a read-only bind leaves the mounts below writable, unless it is recursive; or has none', async () => {
  expect(await observe('readonly')).toEqual(['one/below/x', 'alone/x', 'source/y'])
})

test('C4: a bind made read-only in a user namespace keeps nosuid, nodev and noexec', async () => {
  expect(await observe('locked')).toEqual(
    expect.arrayContaining(['ro', 'nosuid', 'nodev', 'noexec']),
  )
})

test('C22: where /proc is covered in parts, a fresh one is refused with a hint, or the caller’s is bound and `ready` says so', async () => {
  expect(await observe('covered')).toEqual({
    fresh: {
      code: 'ERR_NS_SETUP',
      errno: 'EPERM',
      hint: expect.stringMatching(/covered here: .*\/proc\/fs/),
    },
    isCallers: true,
    warnings: expect.arrayContaining([expect.stringMatching(/a fresh \/proc was refused/)]),
  })
})

test('what is no device is not shown as one, in a /dev or as a mask (CVE-2025-31133)', async () => {
  const refused = ['/dev/null', 'ENODEV']
  expect(await observe('fake')).toEqual([refused, refused])
})
