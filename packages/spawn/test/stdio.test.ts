import { once } from 'node:events'
import { closeSync, createWriteStream, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { checkLeaks } from '@ns/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { run, spawn } from '../src/index.ts'

checkLeaks()

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

  test('B14: nothing but what was asked for is open inside', async () => {
    const strays = Array.from({ length: 20 }, () => openSync('/dev/null', 'r'))
    const script = 'for fd in 0 1 2 3 4 5 6 7 8 9; do [ -e /proc/$$/fd/$fd ] && echo $fd; done; :'
    const { stdout } = await run('sh', ['-c', script])
    for (const fd of strays) closeSync(fd)
    expect(stdout).toBe('0\n1\n2\n')
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
