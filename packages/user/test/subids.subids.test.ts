import { chmodSync, readFileSync, statSync } from 'node:fs'
import { checkLeaks, describeNamespace, needs, program, running, Scratch, shell } from '@ns/testkit'
import { beforeEach, describe, expect, test } from 'vitest'
import { parseRanges, readIdMaps, toHostUid, toInsideUid, user } from '../src/index.ts'

// As uid 12346, who has the 65536 ids from 1000000 on: scripts/as-user.sh nssub.
const uid = process.geteuid?.() as number
const gid = process.getegid?.() as number
const first = 1_000_000
const count = 65_536

beforeEach(needs(program('newuidmap'), program('newgidmap')))
checkLeaks()

const lines = (text: string | undefined) =>
  parseRanges(text ?? '').map((line) => [line.inside, line.outside, line.count])

describeNamespace({
  type: 'user',
  create: () => user({ map: 'auto' }),
  join: (ref) => user({ join: ref }),
})

describe("map 'auto'", () => {
  test('A6: the own id is 0 and the subordinate ids follow; `ready` shows what was installed', async () => {
    await using sleeper = await running([user({ map: 'auto' })])
    const wanted = (own: number) => [
      [0, own, 1],
      [1, first, count],
    ]
    expect(lines(sleeper.ready.uidMap)).toEqual(wanted(uid))
    expect(lines(sleeper.ready.gidMap)).toEqual(wanted(gid))
    expect(lines(readFileSync(`/proc/${sleeper.pid}/uid_map`, 'latin1'))).toEqual(wanted(uid))
    expect(lines(readFileSync(`/proc/${sleeper.pid}/gid_map`, 'latin1'))).toEqual(wanted(gid))
    expect(sleeper.ready.warnings).toEqual([])
  })

  test('A6: chown inside to id 1 is the start of the range outside', async () => {
    using scratch = new Scratch()
    const file = scratch.file('file')
    const { stderr } = await shell([user({ map: 'auto' })], `id -u; chown 1:2 ${file}`)
    expect(stderr).toBe('')
    expect(statSync(file)).toMatchObject({ uid: first, gid: first + 1 })
    await shell([user({ map: 'auto' })], `chown 0:0 ${file}`)
    expect(statSync(file)).toMatchObject({ uid, gid })
  })

  test('A6: the own id in the middle of the range makes it three lines', async () => {
    const own = { uid: 1000, gid: 2000 }
    const { stdout, ready } = await shell([user({ map: 'auto', own })], 'id -u; id -g')
    expect(stdout).toBe('1000\n2000\n')
    expect(lines(ready.uidMap)).toEqual([
      [0, first, 1000],
      [1000, uid, 1],
      [1001, first + 1000, count - 1000],
    ])
    expect(lines(ready.gidMap)?.[1]).toEqual([2000, gid, 1])
  })

  test('A4, A9: setgroups is allowed, as newgidmap allows it, and the command can be anybody with any groups', async () => {
    const script = `cat /proc/self/setgroups; setpriv --reuid 5 --regid 6 --groups 7,8 id`
    const { stdout, stderr } = await shell([user({ map: 'auto' })], script)
    expect(stderr).toBe('')
    expect(stdout).toMatch(/^allow\nuid=5.* gid=6.* groups=6.*,7.*,8/)
  })

  test("A4: `setgroups: 'deny'` holds, though the ids were mapped by newgidmap", async () => {
    const script = 'cat /proc/self/setgroups; setpriv --groups 7 id'
    const contribution = user({ map: 'auto', setgroups: 'deny' })
    const { stdout, stderr } = await shell([contribution], script)
    expect(stdout).toBe('deny\n')
    expect(stderr).toMatch(/not permitted/)
  })
})

test('A15: disableNested keeps the subordinate ids', async () => {
  const contribution = user({ map: 'auto', disableNested: true })
  const script = `setpriv --reuid 5 --regid 6 --groups 7 id; unshare --user true || echo none`
  const { stdout, ready } = await shell([contribution], script)
  expect(stdout).toMatch(/^uid=5.* gid=6.* groups=6.*,7.*\nnone\n$/)
  expect(lines(ready.uidMap)).toHaveLength(2)
})

test('subids: the own id is not there, and the command is root among the subordinate ones', async () => {
  using scratch = new Scratch()
  const file = scratch.file('file')
  chmodSync(scratch.path, 0o755)
  const script = `id -u; id -g; stat -c '%u %g' ${file}`
  const { stdout, ready } = await shell([user({ map: 'subids' })], script)
  expect(stdout).toBe('0\n0\n65534 65534\n')
  expect(lines(ready.uidMap)).toEqual([[0, first, count]])
})

test('ranges of subordinate ids, in any order and with the own id among them', async () => {
  const ranges = (own: number) => [
    { inside: 500, outside: first + 100, count: 7 },
    { inside: 0, outside: own, count: 1 },
    { inside: 1, outside: first, count: 3 },
  ]
  const map = { uid: ranges(uid), gid: ranges(gid) }
  await using sleeper = await running([user({ map })])
  const maps = await readIdMaps(sleeper.pid)
  expect([...maps.uid].sort((a, b) => a.outside - b.outside)).toHaveLength(3)
  expect(toHostUid(maps, 503)).toBe(first + 103)
  expect(toInsideUid(maps, first + 2)).toBe(3)
  expect(toHostUid(maps, 4)).toBeUndefined()
})

test('A8: a page of ranges goes through newuidmap', async () => {
  const many = Array.from({ length: 250 }, (_, i) => ({
    inside: i * 2,
    outside: first + i * 2,
    count: 1,
  }))
  await using sleeper = await running([user({ map: { uid: many, gid: many } })])
  expect(lines(sleeper.ready.uidMap)).toHaveLength(250)
})

test('ids beyond the own subordinate ones are refused by newgidmap, in its words, and nothing is left', async () => {
  const ranges = [{ inside: 0, outside: first + 1, count }]
  await expect(shell([user({ map: { uid: ranges, gid: ranges } })], ':')).rejects.toMatchObject({
    code: 'ERR_NS_SUBIDS',
    operation: 'map',
    message: expect.stringMatching(/newgidmap refused the map: .*not allowed/),
    hint: expect.stringMatching(/\/etc\/subgid/),
  })
})
