import { chmodSync, chownSync, statSync } from 'node:fs'
import { CLONE_NEW, type Contribution, Namespace, step } from '@ns/syscalls'
import { checkLeaks, running, Scratch, shell } from '@ns/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
// The tests' own door: `rewrite` is no option of the package.
import { startProgram } from '../../syscalls/src/process/launch.ts'
import { type IdRange, readIdMaps, user } from '../src/index.ts'

checkLeaks()

const range = (inside: number, outside: number, count: number): IdRange => ({
  inside,
  outside,
  count,
})
const both = (...ranges: IdRange[]) => ({ uid: ranges, gid: ranges })

describe('explicit ranges, written by the parent while the child waits', () => {
  test('A6: several lines are installed as given, and what `ready` shows', async () => {
    const map = {
      uid: [range(0, 0, 1), range(1, 100_000, 65_535), range(70_000, 300_000, 5)],
      gid: [range(0, 0, 1), range(1, 200_000, 10)],
    }
    await using sleeper = await running([user({ map })])
    expect(await readIdMaps(sleeper.pid)).toEqual({ ...map, setgroups: 'allow' })
    const lines = (sleeper.ready.uidMap ?? '').trim().split('\n')
    expect(lines.map((line) => line.trim().split(/\s+/).join(' '))).toEqual([
      '0 0 1',
      '1 100000 65535',
      '70000 300000 5',
    ])
  })

  test('A6: chown inside to id 1 is the start of the range outside', async () => {
    using scratch = new Scratch()
    const file = scratch.file('file')
    const map = both(range(0, 0, 1), range(1, 100_000, 100))
    const { stderr } = await shell([user({ map })], `chown 1:2 ${file}`)
    expect(stderr).toBe('')
    expect(statSync(file)).toMatchObject({ uid: 100_000, gid: 100_001 })
  })

  test('a file of an id that is not mapped has the overflow id, and chown to it fails', async () => {
    using scratch = new Scratch()
    const file = scratch.file('file')
    chownSync(file, 5000, 5000)
    const map = both(range(0, 0, 1))
    const { stdout, stderr } = await shell(
      [user({ map })],
      `stat -c %u ${file}; chown 5000 ${file}`,
    )
    expect(stdout).toBe('65534\n')
    expect(stderr).toMatch(/Invalid argument|not permitted/)
    expect(statSync(file).uid).toBe(5000)
  })

  test('where the caller’s own id is not mapped the command is root of the namespace', async () => {
    const map = both(range(0, 100_000, 1000))
    const { stdout } = await shell([user({ map })], 'id -u; id -g')
    expect(stdout).toBe('0\n0\n')
  })

  test('the command can be any id that is mapped', async () => {
    const map = both(range(0, 100_000, 1000))
    const { stdout } = await shell([user({ map })], 'id -u; id -g; grep CapEff /proc/self/status', {
      uid: 7,
      gid: 8,
    })
    expect(stdout).toBe('7\n8\nCapEff:\t0000000000000000\n')
  })

  test('A8: 340 ranges work', async () => {
    const ranges = Array.from({ length: 340 }, (_, i) => range(i * 2, i * 2, 1))
    await using sleeper = await running([user({ map: both(...ranges) })])
    expect((await readIdMaps(sleeper.pid)).gid).toEqual(ranges)
  })
})

test('who joins is its root, or with keepIds whoever he is there', async () => {
  const map = both(range(0, 100_000, 5), range(5, 0, 1))
  await using sleeper = await running([user({ map })])
  const ids = async (options: { keepIds?: boolean }) =>
    (await shell([user({ join: sleeper.pid, ...options })], 'id -u; id -g')).stdout
  expect(await ids({})).toBe('0\n0\n')
  expect(await ids({ keepIds: true })).toBe('5\n5\n')
})

describe('refused before anything exists', () => {
  test.each<[string, IdRange[], RegExp]>([
    [
      'neither the own id nor 0',
      [range(5, 100_000, 10)],
      /maps neither uid 0, your own, nor 0 inside/,
    ],
  ])('A7: a map with %s', async (_, ranges, message) => {
    await expect(shell([user({ map: both(...ranges) })], ':')).rejects.toMatchObject({
      code: 'ERR_NS_INVALID_OPTION',
      message: expect.stringMatching(message),
    })
  })

  test('where the real and the effective ids differ (CVE-2020-5291)', async () => {
    for (const change of [process.seteuid, process.setegid]) {
      change?.(12345)
      try {
        await expect(shell([user()], ':')).rejects.toMatchObject({
          code: 'ERR_NS_PERMISSION',
          hint: expect.stringMatching(/set-user-ID/),
        })
      } finally {
        change?.(0)
      }
    }
  })
})

test('A6: `own` makes a hole in explicit ranges', async () => {
  const map = both(range(0, 100_000, 65_536))
  const { stdout, ready } = await shell([user({ map, own: { uid: 1000, gid: 1000 } })], 'id -u')
  expect(stdout).toBe('1000\n')
  expect((ready.uidMap ?? '').trim().split(/\s+/).map(Number)).toEqual([
    ...[0, 100_000, 1000],
    ...[1000, 0, 1],
    ...[1001, 101_001, 64_535],
  ])
})

describe('disableNested', () => {
  const nested = { map: both(range(0, 0, 1), range(1, 100_000, 65_535)), disableNested: true }

  test('A15: keeps all ids, and no user namespace can be made by any of them', async () => {
    const script = `
      cat /proc/self/uid_map /proc/self/setgroups
      for as in 0 1000; do
        setpriv --reuid $as --regid $as --groups 7,8 sh -c '
          id -u; id -G; unshare --user true 2>/dev/null || echo none'
      done`
    const { stdout, ready } = await shell([user(nested)], script)
    const [first, second, ...rest] = stdout.split('\n')
    expect([first, second].map((line) => line?.trim().split(/\s+/).map(Number))).toEqual([
      [0, 0, 1],
      [1, 1, 65_535],
    ])
    expect(rest).toEqual(['allow', '0', '0 7 8', 'none', '1000', '1000 7 8', 'none', ''])
    expect(ready.uidMap).toMatch(/100000/)
  })

  test('A15: 340 ranges stay 340, and a map that would get too long is refused by name', async () => {
    const ranges = Array.from({ length: 340 }, (_, i) => range(i * 2, i * 2, 1))
    const { stdout } = await shell(
      [user({ map: both(...ranges), disableNested: true })],
      'wc -l </proc/self/gid_map',
    )
    expect(stdout).toBe('340\n')
    const long = Array.from({ length: 200 }, (_, i) => range(i ? 4_000_000_000 + i * 2 : 0, i, 1))
    await expect(
      shell([user({ map: both(...long), disableNested: true })], ':'),
    ).rejects.toMatchObject({
      code: 'ERR_NS_INVALID_OPTION',
      message: expect.stringMatching(/disableNested with user.map.uid: \d+ bytes of text/),
    })
  })

  test('a helper that fails is what the start fails of, and nothing of it is left', async () => {
    const started = startProgram(
      [user(nested)],
      { file: 'true', fds: [] },
      {
        rewrite: ({ step: own }) =>
          own.path === 'gid_map' && own.call === 'openat'
            ? step('openat', [-1, 'gid_map', 0], { ...own, result: undefined })
            : own,
      },
    )
    await expect(started.started).rejects.toMatchObject({
      operation: 'disable nested',
      cause: { code: 'EBADF', syscall: 'openat', path: 'gid_map' },
    })
  })
})

describe('owner', () => {
  const owner = { uid: 12345, gid: 12345 }

  test('is who was named: its uid is the command’s, and it may join, which nobody else may', async () => {
    await using sleeper = await running([user({ map: 'root', owner })])
    using namespace = Namespace.open('user', sleeper.pid)
    expect(namespace.ownerUid()).toBe(owner.uid)
    expect(await readIdMaps(sleeper.pid)).toEqual({
      uid: [range(0, owner.uid, 1)],
      gid: [range(0, owner.gid, 1)],
      setgroups: expect.stringMatching(/allow|deny/),
    })
    const path = `/proc/${sleeper.pid}/ns/user`
    const enter = (uid: number) =>
      shell([], `nsenter --preserve-credentials --user=${path} id -u`, { uid, gid: uid })
    expect((await enter(owner.uid)).stdout).toBe('0\n')
    expect(await enter(54321)).toMatchObject({
      stdout: '',
      stderr: expect.stringMatching(/denied|permitted/),
    })
  })

  test('works with a pid namespace, ranges and an init; without a mapped id the command is root', async () => {
    const map = both(range(0, 100_000, 1000))
    const contributions: Contribution[] = [
      user({ map, owner }),
      {
        type: 'pid',
        flags: CLONE_NEW.pid,
        steps(plan) {
          plan.init = true
        },
      },
    ]
    const { stdout } = await shell(contributions, 'id -u; id -g; id -G; echo $$')
    expect(stdout).toBe('0\n0\n0\n2\n')
  })

  test('A7: contradicts what is the caller’s, and disableNested', () => {
    for (const other of [{ map: 'auto' }, { map: 'subids' }, { disableNested: true }] as const)
      expect(() => user({ owner, ...other })).toThrow(/user\.owner contradicts user\./)
    expect(() => user({ owner: { uid: '1', gid: 1 } as never })).toThrow(/user\.owner: uid and gid/)
  })
})

describe('setgroups', () => {
  const map = both(range(0, 0, 1), range(1, 100_000, 10))
  const setgroups = `perl -e '$) = "0 5"; print "$)\n"'`

  test.each([
    ['deny', '0\n'],
    ['allow', '0 5\n'],
  ] as const)(
    "A4: '%s' is what the kernel is told, and what holds inside",
    async (answer, groups) => {
      const contribution = user({ map, setgroups: answer })
      const { stdout } = await shell([contribution], `cat /proc/self/setgroups; ${setgroups}`)
      expect(stdout).toBe(`${answer}\n${groups}`)
    },
  )
})

describe('supplementary groups of the caller', () => {
  const before = process.getgroups?.() ?? []
  const foreign = 7777
  beforeEach(() => process.setgroups?.([...before, foreign]))
  afterEach(() => process.setgroups?.(before))

  /** Reads a file that only the group may read, as an id that isn't its owner. */
  async function read(setgroups: 'allow' | 'deny' | undefined) {
    using scratch = new Scratch()
    const file = scratch.file('file', 'of the group\n', 0o040)
    chmodSync(scratch.path, 0o755)
    chownSync(file, foreign, foreign)
    const map = both(range(0, 100_000, 10))
    return await shell([user(setgroups ? { map, setgroups } : { map })], `cat ${file}`)
  }

  test('A9: are dropped by default, and give no access', async () => {
    const { stdout, ready } = await read(undefined)
    expect(stdout).toBe('')
    expect(ready.warnings).toEqual([])
  })

  test('A9: are kept where setgroups is denied, and `ready` says so', async () => {
    const { stdout, ready } = await read('deny')
    expect(stdout).toBe('of the group\n')
    expect(ready.warnings).toContainEqual(expect.stringMatching(/groups/))
  })
})
