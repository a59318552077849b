import { chmodSync, chownSync, copyFileSync } from 'node:fs'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Command } from '../../src/index.ts'
import { Directory } from '../support/files.ts'
import { fresh } from '../support/namespaces.ts'
import { run } from '../support/run.ts'

const GROUP = 4242
const ID = 12345
const directory = new Directory()
chmodSync(directory.path, 0o755)
const file = directory.write('of-the-group', 'secret\n', 0o040)
chownSync(file, 0, GROUP)
afterAll(() => directory[Symbol.dispose]())

const own = process.getgroups?.() ?? []
beforeEach(() => process.setgroups?.([...own, GROUP]))
afterEach(() => process.setgroups?.(own))

const cat = { file: '/bin/cat', args: [file], uid: ID, gid: ID }

describe('A9: files of a supplementary group', () => {
  test.each([
    ['are out of reach once `ready` says that the groups are dropped', {}, [], 1],
    ['are in reach with `keep`', { groups: 'keep' }, [...own, GROUP], 0],
    ['are in reach of the group that is given', { groups: [GROUP] }, [GROUP], 0],
    ['are out of reach of another', { groups: [GROUP + 1] }, [GROUP + 1], 1],
    ['are out of reach without groups', { groups: [] }, [], 1],
  ] as const)('%s', async (_, attributes: Partial<Command>, groups, exitCode) => {
    for (const namespaces of [[], [fresh('uts')]]) {
      const { ready, exitCode: code } = await run({ ...cat, ...attributes }, namespaces)
      expect(code).toBe(exitCode)
      const told = ready.protections?.groups
      if (told || namespaces.length > 0) expect(told).toEqual(groups)
    }
  })

  test('where setgroups is denied they are still there, and `ready` says so', async () => {
    const script = `
      const { launch } = await import('${new URL('../../src/index.ts', import.meta.url)}')
      const { rootInside } = await import('${new URL('../support/namespaces.ts', import.meta.url)}')
      const child = launch([rootInside()], { file: '/bin/cat', args: ['${file}'], fds: [0, 2, 2] })
      const { warnings, protections } = await child.started
      const { exitCode } = await child.exited
      const named = await launch([rootInside()], { file: '/bin/true', groups: [] }).started.catch((error) => error.hint)
      console.log(JSON.stringify({ warnings, groups: protections.groups, exitCode, named }))`
    const args = ['--conditions=@ns/source', '--input-type=module', '-e', script]
    const ids = { uid: ID, gid: ID, groups: [GROUP] }
    const { stdout } = await run({ file: process.execPath, args, ...ids })
    expect(JSON.parse(stdout)).toEqual({
      warnings: ['supplementary groups are kept: setgroups is denied in this user namespace'],
      groups: [65534],
      exitCode: 0,
      named: expect.stringContaining('setgroups takes CAP_SETGID'),
    })
  })
})

test('A11: a set-user-ID program changes no id, unless it is allowed to', async () => {
  using place = new Directory('/var/tmp') // /tmp is often mounted nosuid
  chmodSync(place.path, 0o755)
  const id = place.at('id')
  copyFileSync('/usr/bin/id', id)
  chmodSync(id, 0o4755)
  const command = { file: id, args: ['-u'], uid: ID, gid: ID }
  expect((await run(command, [fresh('uts')])).stdout).toBe(`${ID}\n`)
  expect((await run({ ...command, noNewPrivileges: false }, [])).stdout).toBe('0\n')
  expect((await run({ ...command, noNewPrivileges: true }, [])).stdout).toBe(`${ID}\n`)
})
