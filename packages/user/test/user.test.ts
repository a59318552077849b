import { statSync } from 'node:fs'
import { Namespace, type NamespaceRef } from '@ns/syscalls'
import { checkLeaks, describeNamespace, needs, running, Scratch, shell, waitFor } from '@ns/testkit'
import { beforeEach, describe, expect, test } from 'vitest'
import { uts } from '../../uts/src/index.ts'
import { readIdMaps, toHostGid, toHostUid, toInsideGid, toInsideUid, user } from '../src/index.ts'
import { readSubids } from '../src/subids.ts'

describeNamespace({ type: 'user', create: () => user(), join: (ref) => user({ join: ref }) })
checkLeaks()

const uid = process.geteuid?.() as number
const gid = process.getegid?.() as number
/** A map's numbers, line by line. */
const numbers = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
const capabilities = 'grep "^Cap" /proc/self/status | cut -f 2'
const none = '0000000000000000'

describe("map 'root'", () => {
  test('A4: the ids are 0, the map is one line of the own id, setgroups is denied', async () => {
    const { stdout, ready } = await shell(
      [user({ map: 'root' })],
      'id -u; id -g; cat /proc/self/setgroups; cat /proc/self/uid_map; cat /proc/self/gid_map',
    )
    const [id, group, setgroups, ...maps] = stdout.split('\n')
    expect([id, group, setgroups]).toEqual(['0', '0', 'deny'])
    expect(numbers(maps.join('\n'))).toEqual([
      [0, uid, 1],
      [0, gid, 1],
    ])
    expect([ready.uidMap, ready.gidMap].map((map) => numbers(map ?? ''))).toEqual([
      [[0, uid, 1]],
      [[0, gid, 1]],
    ])
  })

  test('A4: a file made inside is ours outside', async () => {
    using scratch = new Scratch()
    const { stdout } = await shell(
      [user({ map: 'root' })],
      `echo x >${scratch.at('file')}; stat -c '%u %g' ${scratch.at('file')}`,
    )
    expect(stdout).toBe('0 0\n')
    expect(statSync(scratch.at('file'))).toMatchObject({ uid, gid })
  })

  test('A10: capabilities count inside only, and none is inheritable or ambient', async () => {
    const { stdout } = await shell([user({ map: 'root' })], capabilities)
    const [inheritable, permitted, effective, , ambient] = stdout.split('\n')
    expect([inheritable, ambient]).toEqual([none, none])
    expect(effective).toBe(permitted)
    expect(BigInt(`0x${effective}`) & (1n << 21n)).not.toBe(0n) // CAP_SYS_ADMIN
    const mounting = await shell([user({ map: 'root' })], 'mount -t tmpfs none /mnt')
    expect(mounting.exitCode).not.toBe(0)
  })

  test('A11: no new privileges can be had', async () => {
    const { stdout } = await shell([user({ map: 'root' })], 'grep NoNewPrivs /proc/self/status')
    expect(stdout).toBe('NoNewPrivs:\t1\n')
  })
})

describe("map 'current', the default", () => {
  test('A5: the ids stay what they are', async () => {
    const { stdout } = await shell([user()], 'id -u; id -g; cat /proc/self/uid_map')
    const [id, group, map] = stdout.split('\n')
    expect([Number(id), Number(group)]).toEqual([uid, gid])
    expect(numbers(map ?? '')).toEqual([[uid, uid, 1]])
  })

  test('A5, A10: an ordinary id has no capability after exec, root of the namespace has them', async () => {
    const { stdout } = await shell([user({ map: 'current' })], capabilities)
    const sets = stdout.trim().split('\n')
    expect(sets).toHaveLength(5)
    if (uid === 0) expect(sets[2]).not.toBe(none)
    else expect(sets).toEqual([none, none, none, none, none])
  })

  test('A5: until exec they are full: what takes one is done', async () => {
    const { stdout } = await shell([user(), uts({ hostname: 'box' })], 'uname -n; id -u')
    expect(stdout).toBe(`box\n${uid}\n`)
  })

  test("A5: `capabilities: 'keep'` carries the effective set over exec", async () => {
    const { stdout } = await shell([user()], capabilities, { capabilities: 'keep' })
    const effective = BigInt(`0x${stdout.split('\n')[2]}`)
    expect(effective & (1n << 21n)).not.toBe(0n) // CAP_SYS_ADMIN
  })
})

describe('one that is joined', () => {
  test('its root is who joins, where root is mapped', async () => {
    await using sleeper = await running([user({ map: 'root' })])
    const { stdout, ready } = await shell([user({ join: sleeper.pid })], 'id -u; id -g')
    expect(stdout).toBe('0\n0\n')
    expect(numbers(ready.uidMap ?? '')).toEqual([[0, uid, 1]])
  })

  test('the ids stay, where root is not mapped', async () => {
    const map = {
      uid: [{ inside: 7, outside: uid, count: 1 }],
      gid: [{ inside: 8, outside: gid, count: 1 }],
    }
    await using sleeper = await running([user({ map })])
    for (const keepIds of [false, true])
      expect((await shell([user({ join: sleeper.pid, keepIds })], 'id -u; id -g')).stdout).toBe(
        '7\n8\n',
      )
  })

  test('our own cannot be joined, and the hint says so', async () => {
    await expect(shell([user({ join: 0 })], ':')).rejects.toMatchObject({
      namespace: 'user',
      operation: 'join',
      hint: expect.stringMatching(/the user namespace that it is in/),
    })
  })
})

describe('maps read from outside', () => {
  test('of a running namespace', async () => {
    await using sleeper = await running([user({ map: 'root' })])
    expect(await readIdMaps(sleeper.pid)).toEqual({
      uid: [{ inside: 0, outside: uid, count: 1 }],
      gid: [{ inside: 0, outside: gid, count: 1 }],
      setgroups: 'deny',
    })
  })

  test('of one in another: `outside` are ids of the caller, however it is named', async () => {
    const unshare = ['--user', '--map-user=5', '--map-group=6', 'sleep', '600']
    const command = { file: 'unshare', args: unshare, fds: [] }
    await using sleeper = await running([user({ map: 'root' })], command)
    const maps = async (ref: NamespaceRef) => await readIdMaps(ref)
    await waitFor(async () => (await maps(sleeper.pid)).uid[0]?.inside === 5)
    using handle = Namespace.open('user', sleeper.pid)
    using parent = handle.parent()
    for (const ref of [sleeper.pid, `/proc/${sleeper.pid}/ns/user`, { fd: handle.fd }, handle])
      expect(await readIdMaps(ref)).toEqual({
        uid: [{ inside: 5, outside: uid, count: 1 }],
        gid: [{ inside: 6, outside: gid, count: 1 }],
        setgroups: 'deny',
      })
    expect((await readIdMaps(parent)).uid).toEqual([{ inside: 0, outside: uid, count: 1 }])
    expect(handle.ownerUid()).toBe(uid)
  })

  test('translate ids both ways; what is not mapped has no counterpart', async () => {
    await using sleeper = await running([user({ own: { uid: 5, gid: 6 } })])
    const maps = await readIdMaps(sleeper.pid)
    expect([toHostUid(maps, 5), toHostGid(maps, 6)]).toEqual([uid, gid])
    expect([toInsideUid(maps, uid), toInsideGid(maps, gid)]).toEqual([5, 6])
    expect([toHostUid(maps, 6), toHostGid(maps, 5)]).toEqual([undefined, undefined])
    expect([toInsideUid(maps, uid + 1), toInsideGid(maps, gid + 1)]).toEqual([undefined, undefined])
  })

  test('of anybody’s process, by pid', async () => {
    expect((await readIdMaps(1)).uid.length).toBeGreaterThan(0)
  })

  test('of a process that is gone are an error', async () => {
    const { ready } = await shell([], ':')
    await expect(readIdMaps(ready.pid)).rejects.toMatchObject({ code: 'ERR_NS_NO_SUCH_PROCESS' })
  })

  test('of our own', async () => {
    const { uid: ranges } = await readIdMaps(0)
    expect(ranges.some(({ inside, count }) => uid >= inside && uid < inside + count)).toBe(true)
  })

  test('of what is no user namespace are refused', async () => {
    await expect(readIdMaps('/proc/self/ns/pid')).rejects.toMatchObject({
      code: 'ERR_NS_NOT_A_NAMESPACE',
      namespace: 'user',
    })
  })
})

describe('a single line of one’s own id needs no privilege', () => {
  test('A6: `own` says what the ids are inside', async () => {
    const { stdout, ready } = await shell([user({ own: { uid: 1000, gid: 2000 } })], 'id -u; id -g')
    expect(stdout).toBe('1000\n2000\n')
    expect(numbers(ready.uidMap ?? '')).toEqual([[1000, uid, 1]])
  })

  test('whatever it is inside', async () => {
    const map = {
      uid: [{ inside: 4_000_000_000, outside: uid, count: 1 }],
      gid: [{ inside: 1, outside: gid, count: 1 }],
    }
    const { stdout } = await shell([user({ map })], 'id -u; id -g')
    expect(stdout).toBe('4000000000\n1\n')
  })
})

describe('without subordinate ids', () => {
  beforeEach(
    needs(() => (readSubids('/etc/subuid', uid).length ? 'this user has some' : undefined)),
  )

  test("A6: 'auto' without subordinate ids maps the own id alone, and `ready` says so", async () => {
    const { stdout, ready } = await shell([user({ map: 'auto' })], 'id -u; id -g')
    expect(stdout).toBe('0\n0\n')
    expect(numbers(ready.uidMap ?? '')).toEqual([[0, uid, 1]])
    expect(ready.warnings).toContainEqual(expect.stringMatching(/no subordinate ids/))
  })

  test("'subids' without any is refused, and the hint is the line that is missing", async () => {
    await expect(shell([user({ map: 'subids' })], ':')).rejects.toMatchObject({
      code: 'ERR_NS_SUBIDS',
      hint: expect.stringMatching(/USER:FIRST:COUNT to \/etc\/subuid/),
    })
  })
})
