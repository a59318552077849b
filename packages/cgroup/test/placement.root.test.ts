import { closeSync, mkdirSync, openSync, readFileSync, rmdirSync } from 'node:fs'
import { launch } from '@ns/syscalls'
import { checkLeaks, output, running, waitFor } from '@ns/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cgroup, readMemberships } from '../src/index.ts'

checkLeaks()

/** Where cgroup v2 is mounted: alone, or beside the hierarchies of v1. */
const tree = readFileSync('/proc/self/mountinfo', 'utf8').match(
  /^\d+ \d+ \S+ \S+ (\S+) .* - cgroup2 /m,
)?.[1] as string
const own = `/ns-test-${process.pid}`
const directory = `${tree}${own}`
const pathOf = (text: string) => text.match(/^0::(.*)$/m)?.[1]

beforeAll(() => mkdirSync(directory))
afterAll(() => waitFor(() => tryRemove(directory)))

function tryRemove(path: string): boolean {
  try {
    rmdirSync(path)
    return true
  } catch {
    return false // a process that has just ended still counts
  }
}

describe('placement', () => {
  const print = { file: 'cat', args: ['/proc/self/cgroup'] }

  test('a process is born in the cgroup, and a namespace made then is rooted there', async () => {
    expect(pathOf((await output([cgroup({ placement: directory })], print)).stdout)).toBe('/')
    await using child = await running([cgroup({ placement: directory })])
    expect(readMemberships(child.pid).find(({ hierarchy }) => hierarchy === 0)?.path).toBe(own)
  })

  test('without a namespace the path is the host’s; an fd does as well', async () => {
    const fd = openSync(directory, 'r')
    const contribution = cgroup({ placement: { fd }, namespace: false })
    const { stdout } = await output([contribution], print)
    closeSync(fd)
    expect(pathOf(stdout)).toBe(own)
  })

  test.each([
    ['/nonesuch', 'ENOENT', /make its directory/],
    ['/tmp', 'EBADF', /cgroup v2/],
  ])('%s fails with a hint, and nothing is started', (placement, code, hint) => {
    expect(() => launch([cgroup({ placement })], print)).toThrow(
      expect.objectContaining({
        code: 'ERR_NS_SETUP',
        namespace: 'cgroup',
        operation: 'place',
        hint: expect.stringMatching(hint),
        cause: expect.objectContaining({ code }),
      }),
    )
  })
})
