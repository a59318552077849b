import { readFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { rounds, slower } from '@ns/testkit'
import { beforeAll, describe, expect, test } from 'vitest'
import { bind, mount } from '../../../mount/src/index.ts'
import { pid } from '../../../pid/src/index.ts'
import { user } from '../../../user/src/index.ts'
import { uts } from '../../../uts/src/index.ts'
import { type Command, type Contribution, close, launch, socketpair } from '../../src/index.ts'
import { childrenOf, openFds, until } from './support/processes.ts'

const sandbox = (): Contribution[] => [user({ map: 'root' }), uts(), mount(), pid()]

// What a process opens once: the launcher, the event source, and what Node needs for its first pipe.
beforeAll(async () => {
  await launch(sandbox(), { file: '/bin/true' }).exited
  await readFrom({ file: '/bin/true' })
})

/** What a sandbox prints into a pair of sockets, as a pipe of Node is. */
async function readFrom(command: Command): Promise<string> {
  const [mine, its] = socketpair()
  const child = launch(sandbox(), { ...command, fds: [its, its, its] })
  close(its)
  const [printed] = await Promise.all([text(new Socket({ fd: mine })), child.exited])
  return printed
}

const state = () => ({
  fds: openFds(),
  children: childrenOf(process.pid).map(({ pid }) => pid),
  mounts: readFileSync('/proc/self/mountinfo', 'utf8'),
})

async function times(count: number, run: () => Promise<unknown>): Promise<void> {
  for (let i = 0; i < count; i += 4) await Promise.all([run(), run(), run(), run()])
}

const sandboxes = rounds(500)

describe(`B9: ${sandboxes} short sandboxes leave no zombie and no fd`, () => {
  test('with the fds of the caller', { timeout: 60_000 * slower }, async () => {
    const before = state()
    await times(sandboxes, async () => {
      const { exitCode } = await launch(sandbox(), { file: '/bin/true' }).exited
      expect(exitCode).toBe(0)
    })
    expect(state()).toEqual(before)
  })

  test('with stdout read by the caller', { timeout: 60_000 * slower }, async () => {
    const before = state()
    await times(sandboxes, async () => {
      expect(await readFrom({ file: '/bin/echo', args: ['said'] })).toBe('said\n')
    })
    await until(() => Object.keys(openFds()).length === Object.keys(before.fds).length)
    expect(state()).toEqual(before)
  })
})

describe('B4: a failed start leaves nothing on the host', () => {
  const failures: [string, () => Contribution[], Command][] = [
    ['a program that is missing', sandbox, { file: '/no/such/program' }],
    ['a directory that is missing', sandbox, { file: '/bin/true', cwd: '/no/such/directory' }],
    [
      'a source of a bind that is missing',
      () => [user({ map: 'root' }), mount({ mounts: [bind('/no/such/source', '/mnt')] }), pid()],
      { file: '/bin/true' },
    ],
    [
      'a parent part that throws',
      () => [{ ...user({ map: 'root' }), parent: () => Promise.reject(new Error('no')) }, pid()],
      { file: '/bin/true' },
    ],
    [
      'a namespace of another type',
      () => [uts({ join: '/proc/self/ns/net' })],
      { file: '/bin/true' },
    ],
    ['a process to join that is gone', () => [uts({ join: 2 ** 22 })], { file: '/bin/true' }],
  ]
  test.each(failures)('%s', async (_, contributions, command) => {
    const before = state()
    await times(20, async () => {
      const start = async () => await launch(contributions(), command).exited
      await expect(start()).rejects.toThrow()
    })
    expect(state()).toEqual(before)
  })
})
