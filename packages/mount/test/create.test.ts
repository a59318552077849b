import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import {
  asCaller,
  checkLeaks,
  expectErrno,
  failure,
  needs,
  program,
  running,
  Scratch,
  shell,
} from '@ns/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { pid } from '../../pid/src/index.ts'
import { bind, dev, file, type MountEntry, mount, tmpfs } from '../src/index.ts'
import { busyboxRoot } from './busybox-root.ts'

beforeEach(needs(program('busybox')))
checkLeaks()

let scratch: Scratch
let root: string
let before: unknown
beforeEach(() => {
  scratch = new Scratch()
  root = busyboxRoot(scratch)
  scratch.file('source/file', 'of the source\n')
  before = tree()
})
afterEach(() => scratch[Symbol.dispose]())

const tree = () => readdirSync(scratch.path, { recursive: true }).sort()
const source = () => scratch.at('source')
const inRoot = (mounts: readonly MountEntry[], create = true) =>
  asCaller([mount({ root, mounts, create }), pid()])

describe('create: mount points of the host', () => {
  test('are made where they are missing, and gone when the command has ended', async () => {
    const mask = process.umask(0o077)
    try {
      const entries = [
        bind(source(), '/a/b/dir'),
        bind(scratch.at('source/file'), '/a/b/file'),
        file('/a/c', 'new\n', { mode: 0o644 }),
        dev('/a/dev'),
        tmpfs('/data/x'),
      ]
      const script = 'cat /a/b/dir/file /a/b/file /a/c; ls /a /data; stat -c %a /a; ls -d /proc/1'
      const { stdout } = await shell(inRoot(entries), script)
      const text = 'of the source\nof the source\nnew\n'
      expect(stdout).toBe(`${text}/a:\nb\nc\ndev\n\n/data:\nx\n1755\n/proc/1\n`)
    } finally {
      process.umask(mask)
    }
    expect(tree()).toEqual(before)
  })

  test('are gone after a failed start and after a kill', async () => {
    const missing = [tmpfs('/a/b'), bind(scratch.at('nonesuch'), '/a/c')]
    expectErrno(await failure(inRoot(missing)), 'ENOENT')
    expect(tree()).toEqual(before)
    {
      await using sleeper = await running(inRoot([tmpfs('/a/b')]), {
        file: '/bin/sh',
        args: ['-c', 'while :; do read x </proc/loadavg; done'],
        fds: [],
      })
      expect(existsSync(`${root}/a/b`)).toBe(true)
      expect(sleeper.pid).toBeGreaterThan(0)
    }
    expect(tree()).toEqual(before)
  })

  test('that are there stay, and so does what somebody has put into one that was made', async () => {
    mkdirSync(`${root}/there`)
    const at = `${root}/new`
    const child = shell(inRoot([tmpfs('/there'), tmpfs('/new'), tmpfs('/new2/a')]), 'sleep 0.3')
    while (!existsSync(at)) await new Promise((resolve) => setTimeout(resolve, 5))
    writeFileSync(`${at}/precious`, '')
    await child
    expect(readdirSync(root)).toEqual(expect.arrayContaining(['there', 'new']))
    expect(readdirSync(at)).toEqual(['precious'])
    expect(existsSync(`${root}/new2`)).toBe(false)
  })

  test('are shared by starts that use them at once, and gone with the last', async () => {
    const command = { file: '/bin/sh', args: ['-c', 'kill -STOP $$'], fds: [] }
    const first = await running(inRoot([tmpfs('/a/b')]), command)
    const second = await running(inRoot([tmpfs('/a/b'), tmpfs('/a/c')]), command)
    await first[Symbol.asyncDispose]()
    expect(readdirSync(`${root}/a`).sort()).toEqual(['b', 'c'])
    await second[Symbol.asyncDispose]()
    expect(tree()).toEqual(before)
  })

  test('that a caller left who was killed are taken away by the next', async () => {
    for (const name of ['a', 'a/b']) {
      mkdirSync(`${root}/${name}`)
      chmodSync(`${root}/${name}`, 0o1755)
    }
    await shell(inRoot([tmpfs('/a/b')]), ':')
    expect(tree()).toEqual(before)
  })

  test('C5: below a link are not made: nothing outside of the root changes', async () => {
    const outside = scratch.directory('outside')
    symlinkSync(outside, `${root}/absolute`)
    symlinkSync('../outside', `${root}/relative`)
    symlinkSync(`${outside}/new`, `${root}/dangling`)
    for (const target of ['/absolute/x', '/relative/x/y', '/dangling'])
      expectErrno(await failure(inRoot([bind(source(), target)])), 'ENOENT')
    expect(readdirSync(outside)).toEqual([])
  })

  test('in a bind are made in its source', async () => {
    const entries = [bind(source(), '/data'), tmpfs('/data/new/x')]
    const { stdout } = await shell(inRoot(entries), 'ls /data /data/new')
    expect(stdout).toBe('/data:\nfile\nnew\n\n/data/new:\nx\n')
    expect(tree()).toEqual(before)
  })

  test('without a new root are made in the caller’s, with its rights', async () => {
    const at = scratch.at('here/x')
    const contributions = (path: string) =>
      asCaller([mount({ mounts: [tmpfs(path)], create: true })])
    const { stdout } = await shell(contributions(at), `stat -f -c %T ${at}`)
    expect(stdout).toBe('tmpfs\n')
    expect(tree()).toEqual(before)
    expect(await failure(contributions('/sys/nonesuch'))).toMatchObject({
      code: 'ERR_NS_SETUP',
      operation: 'make the mount point',
      cause: { syscall: 'mkdirat', path: '/sys/nonesuch' },
      hint: expect.stringMatching(/beforehand/),
    })
  })

  test('are not made unless that is asked for', async () => {
    expectErrno(await failure(inRoot([tmpfs('/a')], false)), 'ENOENT')
    expect(tree()).toEqual(before)
    expect(statSync(root).isDirectory()).toBe(true)
  })
})
