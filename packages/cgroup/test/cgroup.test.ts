import { asCaller, checkLeaks, describeNamespace, output } from '@ns/testkit'
import { describe, expect, test } from 'vitest'
import { cgroup, readMemberships } from '../src/index.ts'
import { parseMemberships } from '../src/membership.ts'

describeNamespace({ type: 'cgroup', create: () => cgroup(), join: (ref) => cgroup({ join: ref }) })
checkLeaks()

test("the process's own cgroup is the root of what it sees", async () => {
  const command = { file: 'cat', args: ['/proc/self/cgroup'] }
  const { stdout } = await output(asCaller([cgroup()]), command)
  expect(parseMemberships(stdout).map(({ path }) => path)).toEqual(
    parseMemberships(stdout).map(() => '/'),
  )
  expect(stdout).not.toBe('')
})

describe('memberships', () => {
  test('read in the kernel’s format, colons in names included', () => {
    expect(parseMemberships('9:name=systemd:/\n4:cpu,cpuacct:/a\n0::/b:c\n')).toEqual([
      { hierarchy: 9, controllers: ['name=systemd'], path: '/' },
      { hierarchy: 4, controllers: ['cpu', 'cpuacct'], path: '/a' },
      { hierarchy: 0, controllers: [], path: '/b:c' },
    ])
  })

  test('of this process, and of none', () => {
    expect(readMemberships(process.pid).some(({ hierarchy }) => hierarchy === 0)).toBe(true)
    expect(() => readMemberships(4_194_304)).toThrow(
      expect.objectContaining({ code: 'ERR_NS_NO_SUCH_PROCESS' }),
    )
  })
})

describe('refused before anything exists', () => {
  test.each([
    [{ placement: '' }, /cgroup\.placement/],
    [{ placement: 5 }, /cgroup\.placement/],
    [{ namespace: false }, /neither/],
    [{ join: 1, namespace: true }, /cgroup\.join/],
    [{ limit: 5 }, /unknown option limit/],
  ])('A7: %o', (options, message) => {
    expect(() => cgroup(options as never)).toThrow(
      expect.objectContaining({
        code: 'ERR_NS_INVALID_OPTION',
        message: expect.stringMatching(message),
      }),
    )
  })
})
