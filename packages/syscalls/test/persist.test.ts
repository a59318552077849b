import { asCaller, checkLeaks, needs, output, ownMounts, userNamespaces } from '@ns/testkit'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type NamespaceType, namespaceTypes } from '../src/index.ts'

type Answer = Record<string, unknown>
let answer: {
  types: Record<NamespaceType, Answer>
  refusals: Answer
  shared: Answer
  theirs: Answer
  leakedFds: number
}

beforeEach(needs(userNamespaces))
checkLeaks()

// One process for all tests: it has the right to mount, in a mount namespace of its own.
beforeAll(async () => {
  const { stdout, stderr } = await output(asCaller([ownMounts()]), {
    file: process.execPath,
    args: [`${import.meta.dirname}/fixtures/persist-all.ts`],
    capabilities: 'keep',
  })
  expect(stderr).toBe('')
  answer = JSON.parse(stdout)
}, 120_000)

describe('A17: a namespace is kept by a file', () => {
  test.each(namespaceTypes.filter((type) => type !== 'pid'))(
    '%s: without processes it is joined by that file, by nsenter too; given up, nothing is left',
    (type) => {
      expect(answer.types[type]).toEqual({
        byFile: true,
        withoutProcess: true,
        byNsenter: true,
        sameInode: true,
        atStart: true,
        isGone: true,
      })
    },
  )

  test('pid: the same, but without its PID 1 nobody can be born there, which the hint says', () => {
    expect(answer.types.pid).toEqual({
      byFile: true,
      withoutProcess: expect.stringMatching(/PID 1 of this pid namespace has ended/),
      byNsenter: false,
      sameInode: true,
      atStart: true,
      isGone: true,
    })
  })

  test("the files of 'unshare --uts=PATH' are the same", () => {
    expect(answer.theirs).toEqual({ status: 0, type: 'uts', isGone: true })
  })

  test('no fd is left open', () => {
    expect(answer.leakedFds).toBe(0)
  })
})

describe('A17: refused, and nothing is left', () => {
  const refused = (key: string, code: string, message: RegExp) =>
    expect(answer.refusals[key]).toMatchObject({ code, message: expect.stringMatching(message) })

  test('a mount namespace on a shared mount, with the reason', () => {
    expect(answer.shared).toEqual({
      refusal: {
        code: 'ERR_NS_PERSIST',
        message: expect.stringMatching(/^mnt:\[\d+\] cannot be kept by 'DIR\/kept': EINVAL/),
        hint: expect.stringMatching(/is shared with other mount namespaces.*mount --make-private/),
      },
      isUndone: true,
    })
  })

  test('the own mount namespace', () => {
    refused('ownMounts', 'ERR_NS_PERSIST', /EINVAL\n {2}hint: .* with a lower number/)
  })

  test('a start that fails', () => {
    expect(answer.refusals).toMatchObject({ startError: 'ENOENT', isUndone: true })
  })

  test('a file that keeps one already, a directory, a missing directory, what keeps none', () => {
    refused('twice', 'ERR_NS_PERSIST', /it keeps one already; unpersist it first/)
    refused('directory', 'ERR_NS_PERSIST', /no regular file/)
    refused('missing', 'ERR_NS_PERSIST', /'DIR\/none\/kept': ENOENT/)
    refused('notKept', 'ERR_NS_NOT_A_NAMESPACE', /no namespace is bound to 'DIR\/plain'/)
    refused('joined', 'ERR_NS_INVALID_OPTION', /only a namespace that is made/)
  })

  test('a file with content is not removed', () => {
    expect(answer.refusals).toMatchObject({ keptContent: 'content', nothingLeft: true })
  })
})
