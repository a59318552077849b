import { readdirSync, readlinkSync, symlinkSync } from 'node:fs'
import {
  asCaller,
  checkLeaks,
  expectErrno,
  failure,
  needs,
  program,
  Scratch,
  shell,
} from '@ns/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { pid } from '../../pid/src/index.ts'
import { bind, type MountOptions, mount, parseMountTable, tmpfs } from '../src/index.ts'
import { busyboxRoot } from './busybox-root.ts'

beforeEach(needs(program('busybox')))
checkLeaks()

let scratch: Scratch
let root: string
beforeEach(() => {
  scratch = new Scratch()
  root = busyboxRoot(scratch)
})
afterEach(() => scratch[Symbol.dispose]())

const inRoot = (options: MountOptions = {}) => asCaller([mount({ root, ...options })])

describe('C10: the old root is out of reach', () => {
  test('only what is in the new root is there, and `..` does not lead out', async () => {
    const { stdout } = await shell(inRoot(), 'pwd; ls /; cd ../../..; pwd; ls')
    const names = 'bin\ndata\nproc\ntmp\n'
    expect(stdout).toBe(`/\n${names}/\n${names}`)
  })

  test('no mount but the new ones is left', async () => {
    const { stdout } = await shell(asCaller([mount({ root }), pid()]), 'cat /proc/self/mountinfo')
    const table = parseMountTable(stdout)
    expect(table.map(({ target, type }) => [target, type])).toEqual([
      ['/', expect.any(String)],
      ['/proc', 'proc'],
    ])
    expect(root.endsWith(table[0]?.root ?? '/nowhere')).toBe(true)
  })

  test('no fd and no directory of any process inside leads there', async () => {
    const script = `
      for pid in 1 $$; do
        ls /proc/$pid/fd
        readlink /proc/$pid/root || echo denied
        readlink /proc/$pid/cwd || echo denied
      done`
    const { stdout } = await shell(asCaller([mount({ root }), pid()]), script)
    // The init has its lifeline alone, and may be looked at by its own root only.
    expect(stdout).toMatch(/^\d+\n(\/|denied)\n(\/|denied)\n0\n1\n2\n\/\n\/\n$/)
  })

  test('C23: no `/proc` inside is needed', async () => {
    const { stdout, ready } = await shell(inRoot(), 'ls /proc; echo end')
    expect(stdout).toBe('end\n')
    expect(ready.namespaces.mount).toBeGreaterThan(0)
  })

  test('the caller’s directory is not the command’s, another one can be asked for', async () => {
    expect((await shell(inRoot(), 'pwd', { cwd: '/data' })).stdout).toBe('/data\n')
    await expect(shell(inRoot(), 'pwd', { cwd: import.meta.dirname })).rejects.toMatchObject({
      code: 'ENOENT',
      message: expect.stringMatching(/does not exist in the child's root/),
    })
  })
})

describe('mounts in a new root', () => {
  test('sources are the caller’s, targets are inside', async () => {
    const source = scratch.directory('source')
    scratch.file('source/file', 'from outside')
    const { stdout } = await shell(inRoot({ mounts: [bind(source, '/data')] }), 'cat /data/file')
    expect(stdout).toBe('from outside')
    expect(readdirSync(`${root}/data`)).toEqual([])
  })

  test('a read-only root has writable mounts', async () => {
    const { stderr, stdout } = await shell(
      inRoot({ readonly: true, mounts: [tmpfs('/tmp')] }),
      'touch /fails; touch /tmp/works && stat -c %a /tmp',
    )
    expect(stderr).toMatch(/Read-only file system/)
    expect(stdout).toBe('1777\n')
    expect(readdirSync(root)).not.toContain('fails')
  })

  test('C5: a link in the root that points out leads nowhere', async () => {
    const outside = scratch.directory('outside')
    const source = scratch.directory('source')
    scratch.file('source/file')
    symlinkSync(outside, `${root}/absolute`)
    symlinkSync(`../../../../../../../../..${outside}`, `${root}/relative`)
    for (const target of ['/absolute', '/relative', '/absolute/below']) {
      const error = await failure(inRoot({ mounts: [bind(source, target)] }))
      expect(error).toMatchObject({ code: 'ERR_NS_SETUP', operation: 'bind' })
      expectErrno(error, 'ENOENT')
    }
    expect(readdirSync(outside)).toEqual([])
  })

  test('C5: a link in the root that stays inside is followed inside', async () => {
    const source = scratch.directory('source')
    scratch.file('source/file')
    symlinkSync('/data', `${root}/link`)
    const { stdout } = await shell(inRoot({ mounts: [bind(source, '/link')] }), 'ls /data')
    expect(stdout).toBe('file\n')
  })

  test('C7: `..` in a target stays inside', async () => {
    const mounts = [tmpfs('/../../data/../tmp')]
    const { stdout } = await shell(asCaller([mount({ root, mounts }), pid()]), 'cat /proc/mounts')
    expect(stdout).toMatch(/^tmpfs \/tmp tmpfs /m)
  })
})

test('a link to a directory is a root', async () => {
  symlinkSync(root, scratch.at('link'))
  const { stdout } = await shell(asCaller([mount({ root: scratch.at('link') })]), 'ls /')
  expect(stdout).toBe('bin\ndata\nproc\ntmp\n')
})

test.each([
  ['a missing directory', () => scratch.at('nonesuch'), 'ENOENT'],
  ['a file', () => scratch.file('file'), 'ENOTDIR'],
])('%s is no root', async (_, path, errno) => {
  const error = await failure(asCaller([mount({ root: path() })]))
  expect(error).toMatchObject({ code: 'ERR_NS_SETUP', namespace: 'mount' })
  expect((error as { operation?: string }).operation).toBe('enter the root')
  expectErrno(error, errno)
})

test('the directory of the host is what it was', async () => {
  const before = readdirSync(root, { recursive: true })
  await shell(inRoot({ mounts: [tmpfs('/tmp')] }), 'touch /tmp/file')
  expect(readdirSync(root, { recursive: true })).toEqual(before)
  expect(readlinkSync(`${root}/bin/sh`)).toBe('busybox')
})
