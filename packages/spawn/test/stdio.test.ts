import { once } from 'node:events'
import {
  closeSync,
  createWriteStream,
  mkdtempSync,
  openSync,
  readFileSync,
  readlinkSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { attempt } from '@ns/syscalls'
import { checkLeaks } from '@ns/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type StdioEntry, spawn } from '../src/index.ts'

checkLeaks()

const F_DUPFD = 0
let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'ns-stdio-'))
})
afterAll(() => rmSync(directory, { recursive: true }))

describe('stdio', () => {
  test('ignore leaves no stream', async () => {
    const child = spawn('sh', ['-c', 'read x; echo "$x"'], { stdio: 'ignore' })
    expect([child.stdin, child.stdout, child.stderr]).toEqual([null, null, null])
    expect(await once(child, 'close')).toEqual([0, null])
  })

  test('an fd and a stream of a file are the child’s', async () => {
    const path = join(directory, 'both')
    const fd = openSync(path, 'w')
    const stream = createWriteStream(path, { flags: 'a' })
    await once(stream, 'open')
    const child = spawn('sh', ['-c', 'echo out; echo err >&2'], { stdio: ['ignore', fd, stream] })
    await once(child, 'close')
    closeSync(fd)
    stream.destroy()
    await once(stream, 'close')
    expect(readFileSync(path, 'utf8').split('\n').sort()).toEqual(['', 'err', 'out'])
  })

  test('a fourth pipe goes both ways', async () => {
    const stdio = ['ignore', 'ignore', 'ignore', 'pipe'] as const
    const child = spawn('sh', ['-c', 'read line <&3; echo "got $line" >&3'], { stdio })
    const pipe = child.stdio[3] as Duplex
    const answer = once(pipe, 'data')
    pipe.write('it\n')
    expect(String((await answer)[0])).toBe('got it\n')
    await once(child, 'close')
  })

  describe.each([
    ['without namespaces', {}],
    ['in namespaces', { namespaces: { user: { map: 'root' }, uts: true, pid: true } }],
  ] as const)('B14: %s', (_, where) => {
    const list = { ...where, stdio: ['ignore', 'pipe', 'inherit'] as StdioEntry[] }
    /** The fds that a program finds, but for the one that it finds them with. */
    async function inside(...more: StdioEntry[]): Promise<string[]> {
      const script =
        'opendir(D, "/proc/self/fd"); print join("\n", grep { $_ ne "." && $_ ne ".." && (readlink("/proc/self/fd/$_") // "") !~ m(/fd$) } readdir D)'
      const child = spawn('perl', ['-e', script], { ...list, stdio: [...list.stdio, ...more] })
      const printed = await text(child.stdout as Readable)
      await child.closed
      return printed.split('\n').sort((a, b) => Number(a) - Number(b))
    }

    test('nothing but what was asked for is open, whatever is open here', async () => {
      const path = join(directory, 'stray')
      const one = openSync(path, 'w')
      const kept = Array.from({ length: 20 }, () => openSync(path, 'r'))
      const passedOn = Array.from({ length: 20 }, () => attempt('fcntl', one, F_DUPFD, 3)) // not close-on-exec
      const folder = openSync(directory, 'r')
      try {
        expect(await inside()).toEqual(['0', '1', '2'])
        expect(await inside('ignore', folder)).toEqual(['0', '1', '2', '4'])
      } finally {
        for (const fd of [one, folder, ...kept, ...passedOn]) closeSync(fd)
      }
    })

    test('numbers change places, 3 becomes 5 and 5 becomes 3; 1000 is one like others', async () => {
      const at = (fd: number) => readlinkSync(`/proc/self/fd/${fd}`)
      const high = attempt('fcntl', 0, F_DUPFD, 1000)
      const stdio: StdioEntry[] = ['ignore', 'pipe', 'inherit', 5, 'ignore', 3]
      stdio[1000] = high
      const script =
        'print join("\n", map { readlink("/proc/self/fd/$_") // "none" } 3, 4, 5, 999, 1000)'
      try {
        const child = spawn('perl', ['-e', script], { ...where, stdio })
        const printed = await text(child.stdout as Readable)
        await child.closed
        expect(printed.split('\n')).toEqual([at(5), 'none', at(3), 'none', at(high)])
        expect(at(3)).not.toBe(at(5))
      } finally {
        closeSync(high)
      }
    })
  })

  test.each([
    [['ipc'], 'ERR_INVALID_ARG_VALUE'],
    [['pipe', 'pope'], 'ERR_INVALID_SYNC_FORK_INPUT'],
    [[1.5], 'ERR_INVALID_ARG_VALUE'],
    [[{}], 'ERR_INVALID_ARG_VALUE'],
    ['all', 'ERR_INVALID_ARG_VALUE'],
    [['pipe', 'pipe', 'pipe', 'ipc'], 'ERR_INVALID_ARG_VALUE'],
  ])('%o is refused by name, and nothing is left', (stdio, code) => {
    expect(() => spawn('true', [], { stdio: stdio as never })).toThrow(
      expect.objectContaining({ code }),
    )
  })
})
