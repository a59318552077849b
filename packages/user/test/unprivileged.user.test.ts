import { checkLeaks, failure, shell } from '@ns/testkit'
import { expect, test } from 'vitest'
import { user } from '../src/index.ts'

checkLeaks()

const uid = process.geteuid?.() as number
const gid = process.getegid?.() as number

test('the owner cannot be another user', async () => {
  const contribution = user({ owner: { uid: 1, gid: 1 } })
  await expect(shell([contribution], ':')).rejects.toMatchObject({
    code: 'ERR_NS_PERMISSION',
    operation: 'become the owner',
    hint: expect.stringMatching(/run as root/),
  })
})

test("A7: `setgroups: 'allow'` with a map of one's own id names both keys", () => {
  expect(() => user({ map: 'root', setgroups: 'allow' })).toThrow(
    expect.objectContaining({
      code: 'ERR_NS_INVALID_OPTION',
      message: expect.stringMatching(/user\.setgroups: 'allow' contradicts user\.map/),
    }),
  )
})

test('a map of ids that are not ours is refused by newgidmap, with what it takes, and nothing is left', async () => {
  const ranges = [{ inside: 0, outside: 100_000, count: 10 }]
  const error = await failure([user({ map: { uid: ranges, gid: ranges } })])
  expect(error).toMatchObject({
    code: 'ERR_NS_SUBIDS',
    namespace: 'user',
    operation: 'map',
    message: expect.stringMatching(/newgidmap refused the map: .*100000-100010\) not allowed/),
    hint: expect.stringMatching(/in a line of yours in \/etc\/subgid/),
  })
})

test('ready tells that the ids stay what they are', async () => {
  const { ready } = await shell([user()], ':')
  expect(ready.uidMap?.trim().split(/\s+/)).toEqual([`${uid}`, `${uid}`, '1'])
  expect(ready.gidMap?.trim().split(/\s+/)).toEqual([`${gid}`, `${gid}`, '1'])
})
