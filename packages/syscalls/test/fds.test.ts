import { closeSync, openSync, readdirSync, readlinkSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { attempt } from '../src/calls/result.ts'
import { type Contribution, F } from '../src/index.ts'
import { Directory } from './support/files.ts'
import { fresh, rootInside } from './support/namespaces.ts'
import { failure, run } from './support/run.ts'

const directory = new Directory()
afterAll(() => directory[Symbol.dispose]())
const F_DUPFD = 0

/** What stands at each fd of a child that has these, `run`'s three in front. */
async function targets(
  fds: readonly (number | null)[],
  numbers: readonly number[],
  contributions: readonly Contribution[] = [],
): Promise<string[]> {
  const links = numbers.map((number) => `/proc/self/fd/${number}`)
  const { stdout } = await run({ file: '/usr/bin/readlink', args: links, fds }, contributions)
  return stdout.split('\n').slice(0, -1)
}

/** An open file for the time of a test. */
class Open {
  readonly path: string
  readonly fd: number
  constructor(name: string) {
    this.path = directory.write(name, name, 0o644)
    this.fd = openSync(this.path, 'r')
  }
  [Symbol.dispose](): void {
    closeSync(this.fd)
  }
}

describe('B14: fds', () => {
  test('stand where they were asked for, the same one twice too', async () => {
    using a = new Open('a')
    using b = new Open('b')
    expect(await targets([b.fd, a.fd, b.fd], [3, 4, 5])).toEqual([b.path, a.path, b.path])
  })

  test('change places: 3 becomes 5 and 5 becomes 3', async () => {
    using a = new Open('a')
    using b = new Open('b')
    const [three, five] = [3, 5].map(linkOf)
    expect(three).not.toBe(five)
    expect(await targets([5, a.fd, 3, b.fd], [3, 4, 5, 6])).toEqual([five, a.path, three, b.path])
  })

  test('each at the number of another: all of a ring', async () => {
    const files = Array.from({ length: 6 }, (_, i) => new Open(`ring${i}`))
    const numbers = files.map(({ fd }) => fd)
    const last = Math.max(...numbers)
    const filler = files[0]?.fd as number
    const fds = Array.from({ length: last - 2 }, () => filler)
    numbers.forEach((number, i) => {
      fds[number - 3] = numbers[(i + 1) % numbers.length] as number
    })
    expect(await targets(fds, numbers)).toEqual(
      files.map((_, i) => files[(i + 1) % files.length]?.path),
    )
    for (const file of files) file[Symbol.dispose]()
  })

  test('come from a high number, and go to one', async () => {
    using a = new Open('a')
    using b = new Open('b')
    const high = attempt('fcntl', a.fd, F.DUPFD_CLOEXEC, 1000)
    expect(high).toBeGreaterThanOrEqual(1000)
    try {
      expect(await targets([high], [3])).toEqual([a.path])
      const fds: (number | null)[] = Array(998).fill(null)
      fds[0] = b.fd
      fds[997] = a.fd // number 1000
      expect(await targets(fds, [3, 4, 999, 1000])).toEqual([b.path, a.path])
    } finally {
      closeSync(high)
    }
  })

  test('are closed where none was asked for, also numbers that others came from', async () => {
    using a = new Open('a')
    expect(a.fd).toBeGreaterThan(3)
    const fds: (number | null)[] = [a.fd, ...Array(a.fd).fill(null), a.fd]
    const all = fds.map((_, i) => i + 3)
    expect(await targets(fds, all)).toEqual([a.path, a.path])
  })

  test('a number that is not open fails the start with EBADF', async () => {
    expect(await failure({ file: '/bin/true', fds: [0, 1, 2, 9999] })).toMatchObject({
      code: 'ERR_NS_SETUP',
      operation: 'place fds',
      cause: { code: 'EBADF' },
      step: { phase: 'fds' },
    })
  })

  const worlds: readonly (readonly [string, readonly Contribution[]])[] = [
    ['without namespaces', []],
    ['in a user namespace', [rootInside()]],
    ['in a user and a mount namespace', [rootInside(), fresh('mount')]],
  ]
  test.each(worlds)(
    'no other exists %s, though this process has some that exec does not close',
    async (_, contributions) => {
      using a = new Open('a')
      const inherited = Array.from({ length: 20 }, () => attempt('fcntl', a.fd, F_DUPFD, 3))
      const folder = openSync(directory.path, 'r')
      try {
        const { stdout } = await run(
          { file: '/bin/ls', args: ['-l', '/proc/self/fd'], fds: [a.fd] },
          contributions,
        )
        const links = [...stdout.matchAll(/(\d+) -> (.*)/g)].map(
          ([, fd, target]) => `${fd} ${target}`,
        )
        const own = links.filter((link) => !/ \/proc\/\d+\/fd$/.test(link))
        expect(own).toHaveLength(4)
        expect(own.map((link) => link.split(' ')[0])).toEqual(['0', '1', '2', '3'])
        expect(own[3]).toBe(`3 ${a.path}`)
      } finally {
        for (const fd of [...inherited, folder]) closeSync(fd)
      }
    },
  )

  test('none is open here afterwards that was not before', async () => {
    await run({ file: '/bin/true' })
    const before = readdirSync('/proc/self/fd').length
    for (let i = 0; i < 20; i++) await run({ file: '/bin/true' }, [rootInside()])
    expect(readdirSync('/proc/self/fd').length).toBe(before)
  })
})

function linkOf(fd: number): string {
  return readlinkSync(`/proc/self/fd/${fd}`)
}
