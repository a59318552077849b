import { existsSync } from 'node:fs'
import { release } from 'node:os'
import { needs, Scratch } from '@ns/testkit'
import { beforeEach, describe, expect, test } from 'vitest'
import { ns, runNs } from './support/ns.ts'

const sh = (script: string) => ['--', 'sh', '-c', script]

test('--sysfs is of the new network namespace, --mqueue of the new ipc namespace', async () => {
  const flags = ['--user', '--net', '--ipc', '--tmpfs', '/mnt', '--sysfs', '/mnt/sys']
  const script = `ls /mnt/sys/class/net; touch /mnt/sys/x 2>/dev/null || echo read-only
    touch /mnt/queues/one; ls /mnt/queues; stat -fc %T /mnt/queues`
  const { stdout } = await runNs('run', ...flags, '--mqueue', '/mnt/queues', ...sh(script))
  expect(stdout).toBe('lo\nread-only\none\nmqueue\n')
})

test('C2: --propagation: what of later mounts crosses', async () => {
  // Of the root mount: nothing, master:N where mounts come in, shared:N where they go both ways.
  const print = "sed -n 's/^[^-]* \\/ \\/ [^ ]* *\\([a-z]*\\).*-.*/[\\1]/p' /proc/self/mountinfo"
  const modes = ['private', 'slave', 'shared', 'unchanged']
  const each = modes.map((mode) => `"$@" run --propagation ${mode} -- sh -c "$PRINT"`)
  const flags = ['--user', '--propagation', 'shared', '--env', `PRINT=${print}`]
  const { stdout, stderr } = await runNs('run', ...flags, ...sh(each.join('\n')), 'sh', ...ns)
  expect({ stdout, stderr }).toEqual({ stdout: '[]\n[master]\n[shared]\n[shared]\n', stderr: '' })
  const refused = await runNs('run', '--user', '--propagation', 'both', '--', 'true')
  expect(refused).toMatchObject({ code: 125, stdout: '' })
  expect(refused.stderr).toMatch(/mount\.propagation/)
})

describe('--load-interp', () => {
  const [major = 0, minor = 0] = release().split('.').map(Number)
  const isThere = () =>
    existsSync('/proc/sys/fs/binfmt_misc') && (major > 6 || (major === 6 && minor >= 7))
      ? undefined
      : 'binfmt_misc of a user namespace came with Linux 6.7'
  beforeEach(needs(isThere))
  const definition = ':ns-test:E::ns-test::/bin/cat:'

  test.each([{ flags: [] }, { flags: ['--pid'] }, { flags: ['--all'] }])(
    'what is registered with $flags executes files inside, and is not there outside',
    async ({ flags }) => {
      using scratch = new Scratch()
      const file = scratch.file('hello.ns-test', 'read by its interpreter\n')
      const script = `chmod +x ${file}; ${file}; grep -c cat /proc/sys/fs/binfmt_misc/ns-test`
      const given = [...flags, '--load-interp', definition]
      const { stdout, stderr } = await runNs('run', ...given, ...sh(script))
      expect({ stdout, stderr }).toEqual({ stdout: 'read by its interpreter\n1\n', stderr: '' })
      expect(existsSync('/proc/sys/fs/binfmt_misc/ns-test')).toBe(false)
    },
  )

  test.each([
    [['--load-interp', 'cat'], /'cat' is no interpreter: ':name:type/],
    [['--load-interp', ':a:X::b::/bin/cat:'], /binfmt_misc does not take ':a:X::b::\/bin\/cat:'/],
  ])('%j is refused with what is wrong', async (flags, message) => {
    const outcome = await runNs('run', ...flags, '--', 'true')
    expect(outcome).toMatchObject({ code: 125, stdout: '' })
    expect(outcome.stderr).toMatch(message)
  })
})
