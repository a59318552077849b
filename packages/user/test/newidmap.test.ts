import { symlinkSync } from 'node:fs'
import { checkLeaks, lane, needs, program, Scratch } from '@ns/testkit'
import { beforeEach, describe, expect, test } from 'vitest'
import { attempt, outcomeOf } from './support.ts'

beforeEach(needs(program('newuidmap')))
checkLeaks()

const look = [...attempt, 'newuidmap']
const PATH = process.env.PATH ?? ''

/** What is found where PATH has these directories. */
const lookIn = (...directories: string[]) => outcomeOf(look, { PATH: directories.join(':') })

describe('D14: a newuidmap that could map nothing is told apart', () => {
  test('none is in PATH, where relative directories don’t count', async () => {
    using scratch = new Scratch()
    scratch.file('newuidmap', '', 0o755)
    expect(await lookIn('/nowhere', '', '.')).toMatchObject({
      code: 'ERR_NS_SUBIDS',
      operation: 'map',
      message: expect.stringMatching(/newuidmap is not in PATH/),
      hint: expect.stringMatching(/^install it \(package uidmap/),
    })
  })

  test.each([
    ['may not be executed', 0o644, /may not be executed/, /^chmod a\+x /],
    ['has no privilege', 0o755, /neither set-user-ID root nor has cap_setuid/, /setcap cap_setuid/],
  ])('one that %s', async (_, mode, message, hint) => {
    using scratch = new Scratch()
    scratch.file('newuidmap', '', mode)
    expect(await lookIn(scratch.path)).toMatchObject({
      code: 'ERR_NS_SUBIDS',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    })
  })

  test('behind one that has no privilege, one that has it is found', async () => {
    using scratch = new Scratch()
    scratch.file('newuidmap', '', 0o755)
    const { path } = await lookIn(scratch.path, ...PATH.split(':'))
    expect(path).toMatch(/^\/.*\/newuidmap$/)
    expect(path).not.toContain(scratch.path)
  })

  test('behind a directory that cannot be looked into, it is found', async () => {
    using scratch = new Scratch()
    symlinkSync('closed', scratch.at('closed'))
    expect(await lookIn(scratch.at('closed'), ...PATH.split(':'))).toMatchObject({
      path: expect.stringMatching(/newuidmap$/),
    })
  })

  test('a process that can gain no privilege', async () => {
    expect(await outcomeOf(['setpriv', '--no-new-privs', ...look])).toMatchObject({
      code: 'ERR_NS_SUBIDS',
      message: expect.stringMatching(/no_new_privs is set/),
      hint: expect.stringMatching(/allowPrivilegeEscalation/),
    })
  })

  // An ordinary user mounts in a user namespace only, where no file is the host's root's.
  if (lane === 'root')
    test('a file system that is mounted nosuid', async () => {
      using scratch = new Scratch()
      const script = `mount -t tmpfs -o nosuid none ${scratch.path}
        cp $(command -v newuidmap) ${scratch.path} && chmod 4755 ${scratch.path}/newuidmap
        PATH=${scratch.path} exec "$@"`
      const command = ['unshare', '--mount', 'sh', '-ec', script, 'sh']
      expect(await outcomeOf([...command, ...look])).toMatchObject({
        code: 'ERR_NS_SUBIDS',
        message: expect.stringMatching(/mounted nosuid/),
        hint: expect.stringMatching(/remount/),
      })
    })
})
