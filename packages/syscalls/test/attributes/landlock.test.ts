import { createServer } from 'node:net'
import { linux, needs } from '@ns/testkit'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { checkAbi } from '../../src/attributes/landlock.ts'
import type { LandlockRules } from '../../src/index.ts'
import { Directory } from '../support/files.ts'
import { fresh, rootInside } from '../support/namespaces.ts'
import { failure, run } from '../support/run.ts'

const directory = new Directory()
afterAll(() => directory[Symbol.dispose]())
const listed = directory.write('listed', 'old\n', 0o600)
const other = directory.write('other', 'old\n', 0o600)

async function can(script: string, landlock: LandlockRules | undefined): Promise<boolean> {
  const args = ['-c', `{ ${script}; } 2>/dev/null`]
  return (await run({ file: '/bin/sh', args, landlock })).exitCode === 0
}

/** Landlock is older, but before these not all of it that is asked for. */
const files = linux(6, 2, 'a Landlock that keeps files from being truncated')
const ports = linux(6, 7, 'a Landlock of TCP ports')

test.each([
  ['files', { readonly: ['/'] }, files],
  ['TCP ports', { connect: [] }, ports],
] as const)(
  'of %s: this kernel has it all, or refuses it by name',
  async (_, landlock, isLacking) => {
    const command = { file: '/bin/true', landlock }
    if (isLacking() === undefined) expect((await run(command)).exitCode).toBe(0)
    else
      expect(await failure(command)).toMatchObject({
        code: 'ERR_NS_UNSUPPORTED',
        message: expect.stringMatching(/^landlock: .*Linux \d/),
      })
  },
)

describe('D13: a list of what may be written', () => {
  beforeEach(needs(files))

  const rules = { readonly: ['/'], readwrite: ['/dev/null', listed] }

  test('inside it writing goes, elsewhere it is EACCES, reading goes everywhere', async () => {
    expect(await can(`echo new > ${other}`, undefined)).toBe(true)
    expect(await can(`echo new > ${listed}`, rules)).toBe(true)
    expect(await can(`echo new > ${other}`, rules)).toBe(false)
    expect(await can(`cat ${other}`, rules)).toBe(true)
    const file = '/usr/bin/perl'
    const script = 'print open(my $f, ">", shift) ? 0 : $! + 0'
    const { stdout } = await run({ file, args: ['-e', script, other], landlock: rules })
    expect(Number(stdout)).toBe(13) // EACCES
  })

  test('nothing is made, removed, renamed or cut short elsewhere', async () => {
    const script = [`mkdir ${directory.at('new')}`, `rm ${other}`, `mv ${other} ${listed}`]
    for (const call of [...script, `truncate -s 0 ${other}`]) {
      expect(await can(call, rules), call).toBe(false)
    }
  })

  test('a directory stands for all below it', async () => {
    const whole = { readonly: ['/'], readwrite: ['/dev/null', directory.path] }
    const made = directory.at('made')
    expect(await can(`mkdir ${made} && echo > ${made}/file && rm -r ${made}`, whole)).toBe(true)
  })

  test('what is in neither list can’t even be read or executed', async () => {
    const paths = ['/bin', '/usr', '/lib', '/etc', '/dev']
    const few = { readonly: paths, readwrite: ['/dev/null', listed] }
    expect(await can(`cat ${listed}`, few)).toBe(true)
    expect(await can(`cat ${other}`, few)).toBe(false)
    const error = await failure({ file: '/bin/true', landlock: { readonly: ['/etc'] } })
    expect(error).toMatchObject({ code: 'EACCES', step: { phase: 'exec' } })
  })

  test('it holds for root of a user namespace as well; `ready` has the ABI', async () => {
    const command = { file: '/bin/sh', args: ['-c', `echo > ${other}`], landlock: rules }
    const { exitCode, ready } = await run({ ...command, fds: [] }, [rootInside(), fresh('uts')])
    expect(exitCode).not.toBe(0)
    expect(ready.protections).toMatchObject({ noNewPrivileges: true })
    expect(ready.protections?.landlock).toBeGreaterThanOrEqual(3)
  })
})

test('TCP ports: what is listed may be bound and connected to, all else is EACCES', async (context) => {
  needs(ports)(context)
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  const connect = `exec 3<>/dev/tcp/127.0.0.1/${port}`
  const connects = async (landlock: LandlockRules) => {
    const args = ['-c', connect]
    return (await run({ file: '/bin/bash', args, landlock, fds: [] })).exitCode === 0
  }
  expect(await connects({ connect: [port] })).toBe(true)
  expect(await connects({ connect: [] })).toBe(false)
  expect(await connects({ bind: [] })).toBe(true)
  server.close()
  const bind = (allowed: number) => ({
    file: '/usr/bin/perl',
    args: [
      '-MSocket',
      '-e',
      `socket(my $s, PF_INET, SOCK_STREAM, 0); exit !bind($s, sockaddr_in(${port}, INADDR_LOOPBACK))`,
    ],
    landlock: { bind: [allowed] },
  })
  expect((await run(bind(port))).exitCode).toBe(0)
  expect((await run(bind(port ^ 1))).exitCode).toBe(1)
})

test('a path that is missing fails the start, named', async (context) => {
  needs(files)(context)
  const landlock = { readonly: ['/', '/no/such'] }
  expect(await failure({ file: '/bin/true', landlock })).toMatchObject({
    code: 'ERR_NS_SETUP',
    hint: "'/no/such' does not exist in the child's root",
    step: { phase: 'landlock' },
    cause: { code: 'ENOENT', path: '/no/such' },
  })
})

test.each([
  [{ readonly: ['/'] }, -95, /not enabled/],
  [{ readonly: ['/'] }, -38, /does not have it/],
  [{ readonly: ['/'] }, 2, /truncated takes ABI 3 \(Linux 6.2\); here it is 2/],
  [{ connect: [] }, 3, /TCP ports takes ABI 4 \(Linux 6.7\); here it is 3/],
])('what a kernel lacks is an error: %j with ABI %i', (rules, abi, message) => {
  expect(() => checkAbi(rules, abi)).toThrow(
    expect.objectContaining({
      code: 'ERR_NS_UNSUPPORTED',
      message: expect.stringMatching(message),
    }),
  )
})

test.each([
  [{}, /no rule/],
  [{ readonly: '/' }, /landlock.readonly: paths/],
  [{ readonly: [''] }, /landlock.readonly: paths/],
  [{ bind: [65536] }, /landlock.bind\[0\]: an integer from 0 to 65535/],
  [{ read: ['/'] }, /unknown option read/],
])('%j is refused before anything exists', async (landlock, message) => {
  const error = await failure({ file: '/bin/true', landlock: landlock as LandlockRules })
  expect(error).toMatchObject({ code: 'ERR_NS_INVALID_OPTION' })
  expect(error.message).toMatch(message)
})
