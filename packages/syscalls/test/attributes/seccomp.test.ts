import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type Command, syscallNumber } from '../../src/index.ts'
import { allow, fail, filter, filterArgument, killProcess, long } from '../support/bpf.ts'
import { fresh, rootInside } from '../support/namespaces.ts'
import { failure, run } from '../support/run.ts'

/** Makes one call and prints its errno, 0 if it succeeded. */
async function errnoOf(call: string, seccomp: Command['seccomp']): Promise<number> {
  const script = `my $byte = "x"; print syscall(${call}) < 0 ? $! + 0 : 0`
  return Number((await run({ file: '/usr/bin/perl', args: ['-e', script], seccomp })).stdout)
}

const getpgid = syscallNumber('getpgid')
const deny = (name: Parameters<typeof fail>[0]) => filter([getpgid], fail(name), allow)
const EPERM = 1
const EACCES = 13
const ENOTTY = 25

describe('D1: a filter', () => {
  test('that denies one call denies that one; without it the call succeeds', async () => {
    expect(await errnoOf(`${getpgid}, 0`, undefined)).toBe(0)
    expect(await errnoOf(`${getpgid}, 0`, deny('EPERM'))).toBe(EPERM)
    expect(await errnoOf(`${syscallNumber('getpid')}`, deny('EPERM'))).toBe(0)
  })

  test('that answers ENOSYS to all but a list lets a program run on that list', async () => {
    const [brk, mprotect, archPrctl] = process.arch === 'arm64' ? [214, 226] : [12, 10, 158]
    const names = ['execve', 'write', 'exit_group', 'mmap'] as const
    const numbers = [...names.map((name) => syscallNumber(name)), brk, mprotect, archPrctl]
    const list = numbers.filter((number) => number !== undefined)
    const command = { file: '/bin/busybox', args: ['sh', '-c', 'echo here; umask 077 | :'] }
    const seccomp = filter(list, allow, fail('ENOSYS'))
    expect(await run({ ...command, fds: [2] })).toMatchObject({ stdout: 'here\n', exitCode: 0 })
    expect(await run({ ...command, args: ['echo', 'here'], seccomp })).toMatchObject({
      stdout: 'here\n',
      exitCode: 0,
    })
    expect(await run({ ...command, args: ['mkdir', '/tmp'], seccomp })).toMatchObject({
      exitCode: 1,
    })
  })

  test.each([
    ['the later errno counts between equal actions', [deny('EPERM'), deny('EACCES')], EACCES],
    ['and the other way round', [deny('EACCES'), deny('EPERM')], EPERM],
    ['the stricter action counts, loaded first', [deny('EPERM'), long(1)], EPERM],
    ['the stricter action counts, loaded last', [long(1), deny('EPERM')], EPERM],
  ])('of two that are stacked %s', async (_, seccomp, errno) => {
    expect(await errnoOf(`${getpgid}, 0`, seccomp)).toBe(errno)
  })

  test('that kills ends the command with SIGSYS', async () => {
    const seccomp = [deny('EPERM'), filter([getpgid], killProcess, allow)]
    const file = '/usr/bin/perl'
    expect(await run({ file, args: ['-e', `syscall(${getpgid}, 0)`], seccomp })).toMatchObject({
      signalCode: 'SIGSYS',
    })
  })

  test.each([
    ['without namespaces', []],
    ['in new ones', [rootInside(), fresh('uts')]],
  ])('%s: how many there are is told, and is what the process sees', async (_, namespaces) => {
    const command = { file: '/bin/cat', args: ['/proc/self/status'] }
    const { stdout, ready } = await run({ ...command, seccomp: [long(1), long(4096)] }, namespaces)
    // The caller may have filters itself, as in a container: they are inherited.
    const own = /^Seccomp_filters:\t(\d+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
    const filters = Number(own) + 2
    expect(stdout).toContain(`Seccomp:\t2\nSeccomp_filters:\t${filters}\n`)
    expect(stdout).toMatch(/^NoNewPrivs:\t1$/m)
    expect(ready.protections).toMatchObject({ seccompFilters: filters, noNewPrivileges: true })
  })
})

test('D2: junk in the upper half of an argument does not hide the lower', async () => {
  const TIOCSTI = 0x5412
  const call = `${syscallNumber('ioctl')}, 0, 0xdeadbeef0000${TIOCSTI.toString(16)}, $byte`
  const seccomp = filterArgument(syscallNumber('ioctl'), 1, TIOCSTI, fail('EPERM'))
  expect(await errnoOf(call, undefined)).toBe(ENOTTY) // to the kernel it is TIOCSTI
  expect(await errnoOf(call, seccomp)).toBe(EPERM)
})

describe('D3: a bad filter is named by its index, and nothing is run', () => {
  const file = '/bin/false'
  test.each([
    ['empty', Buffer.alloc(0), /filter 1 is empty/],
    ['cut short', Buffer.alloc(12), /filter 1 has 12 bytes, no multiple of 8/],
    ['too long', long(4097), /filter 1 has 4097 instructions, more than 4096/],
    ['no bytes', 7 as unknown as Uint8Array, /filter 1 is no Uint8Array/],
  ])('%s', async (_, bad, message) => {
    const error = await failure({ file, seccomp: [long(1), bad] })
    expect(error).toMatchObject({ code: 'ERR_NS_INVALID_OPTION' })
    expect(error.message).toMatch(message)
  })

  test('refused by the kernel', async () => {
    expect(await failure({ file, seccomp: [long(1), Buffer.alloc(8, 0xff)] })).toMatchObject({
      code: 'ERR_NS_SETUP',
      operation: 'load seccomp filter 1',
      message: expect.stringMatching(/^load seccomp filter 1: seccomp\(SECCOMP_SET_MODE_FILTER/),
      hint: expect.stringContaining('classic BPF'),
      cause: { code: 'EINVAL' },
      step: { phase: 'seccomp' },
    })
  })

  test('one that forbids the next', async () => {
    const forbids = filter([syscallNumber('seccomp')], fail('EPERM'), allow)
    expect(await failure({ file, seccomp: [forbids, long(1)] })).toMatchObject({
      operation: 'load seccomp filter 1',
      hint: expect.stringContaining('before it'),
    })
  })
})
