import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { type Contribution, launch } from '@ns/syscalls'
import {
  asCaller,
  checkLeaks,
  expectErrno,
  failure,
  lane,
  needs,
  program,
  Scratch,
  shell,
} from '@ns/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { pid } from '../../pid/src/index.ts'
import { user } from '../../user/src/index.ts'
import {
  bind,
  dev,
  directory,
  file,
  type MountEntry,
  mask,
  mount,
  proc,
  symlink,
  tmpfs,
} from '../src/index.ts'
import { busyboxRoot } from './busybox-root.ts'

beforeEach(needs(program('busybox')))
checkLeaks()

// The root was made by somebody else, who may still change it: nothing in it may lead out of it.
let scratch: Scratch
let root: string
let outside: string
beforeEach(() => {
  scratch = new Scratch()
  root = busyboxRoot(scratch)
  outside = scratch.directory('outside')
})
afterEach(() => scratch[Symbol.dispose]())

const inRoot = (mounts: readonly MountEntry[]): Contribution[] =>
  asCaller([mount({ root, mounts }), pid()])
const everywhere = (path: string): MountEntry[][] => [
  [tmpfs(path)],
  [bind(outside, path)],
  [file(path, 'x')],
  [dev(path)],
  [tmpfs(path), directory(`${path}/new`), symlink('x', `${path}/link`), file(`${path}/file`, 'x')],
]

describe('C5, C7: links of the root', () => {
  test.each([
    ['absolute', () => outside],
    ['relative', () => `../../../../../../../../../../..${outside}`],
    ['dangling', () => `${outside}/nonesuch`],
  ])('%s ones that lead out lead nowhere, as target or above it', async (_, content) => {
    symlinkSync(content(), `${root}/link`)
    for (const path of ['/link', '/link/below', '/link/../link/below'])
      for (const mounts of everywhere(path)) expectErrno(await failure(inRoot(mounts)), 'ENOENT')
    expect(readdirSync(outside)).toEqual([])
  })

  test('what a link within leads to is new, and the files of the root stay (CVE-2026-41579)', async () => {
    symlinkSync('data', `${root}/dev`)
    const { stdout } = await shell(inRoot([dev()]), 'ls -l /dev/ptmx; ls /data')
    expect(stdout).toMatch(/ \/dev\/ptmx -> pts\/ptmx\nfd\nfull\nnull\n/)
    expect(readdirSync(`${root}/data`)).toEqual([])
  })

  test('links of /proc lead nowhere: one of them would lead to the host', async () => {
    symlinkSync(`/proc/${process.pid}/root${outside}`, `${root}/link`)
    symlinkSync(`/proc/${process.pid}/cwd`, `${root}/cwd`)
    const target = scratch.directory('root/target')
    for (const path of ['/link', '/link/below', '/cwd', '/cwd/below'])
      for (const mounts of everywhere(path)) {
        const error = await failure(
          asCaller([mount({ root, mounts: [proc('/proc', { source: 'bind' }), ...mounts] })]),
        )
        // An ordinary user inside may not even look at the caller's links.
        expectErrno(error, lane === 'root' ? 'ELOOP' : 'EACCES')
      }
    expect(readdirSync(outside)).toEqual([])
    expect(readdirSync(target)).toEqual([])
  })
})

describe('C8: /proc', () => {
  const procOf = () => `${root}/proc`
  test('a link in its place is refused, by an entry and by the pid namespace', async () => {
    rmSync(procOf(), { recursive: true })
    symlinkSync('data', procOf())
    expectErrno(await failure(inRoot([proc()])), 'ELOOP')
    expect(await failure(inRoot([]))).toMatchObject({ namespace: 'pid', operation: 'mount' })
    expect(readdirSync(`${root}/data`)).toEqual([])
  })

  test('a fake one is hidden, and nothing is written to it', async () => {
    mkdirSync(`${procOf()}/self/attr`, { recursive: true })
    for (const name of ['self/attr/exec', 'self/setgroups', 'self/uid_map', 'sysrq-trigger'])
      scratch.file(`root/proc/${name}`, 'fake')
    const { stdout } = await shell(
      inRoot([]),
      'cat /proc/self/setgroups /proc/1/comm; cat /proc/self/attr/exec',
    )
    expect(stdout).toMatch(/^(allow|deny)\nns-init\n/)
    expect(
      (await shell([], `cat ${procOf()}/self/* ${procOf()}/self/attr/* 2>/dev/null`)).stdout,
    ).toBe('fakefakefake')
  })

  test('nothing is mounted below it, by name or through a link', async () => {
    for (const make of [
      () => tmpfs('/proc/sys'),
      () => file('/proc/sysrq-trigger', ''),
      () => bind('/', '/x/../proc/./self/attr'),
    ])
      expect(make).toThrow(
        expect.objectContaining({ message: expect.stringMatching(/below \/proc/) }),
      )
    symlinkSync('/proc/sys/kernel', `${root}/kernel`)
    for (const mounts of [
      [tmpfs('/kernel')],
      [bind(outside, '/kernel')],
      [file('/kernel/hostname', '')],
    ]) {
      const error = await failure(inRoot([proc(), ...mounts]))
      expect(error).toMatchObject({ hint: expect.stringMatching(/leads into a \/proc/) })
      expectErrno(error, 'EXDEV')
    }
  })
})

test('C6: a target that is swapped with a link during 300 starts never leads out', async () => {
  const target = scratch.directory('root/swapped')
  scratch.directory('root/swapped/below')
  symlinkSync(outside, `${root}/link`)
  scratch.directory('outside/below')
  const swapper = spawn(
    process.execPath,
    [`${import.meta.dirname}/fixtures/swap.ts`, target, `${root}/link`],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  )
  await once(swapper.stdout, 'data')
  const mounts = everywhere('/swapped/below')
  const outcomes = new Set<string>()
  for (let i = 0; i < 300; i++) {
    const child = launch(asCaller([mount({ root, mounts: mounts[i % mounts.length] ?? [] })]), {
      file: '/bin/busybox',
      args: ['true'],
      fds: [],
    })
    const [started] = await Promise.allSettled([child.started, child.exited])
    outcomes.add(started.status === 'fulfilled' ? 'started' : codeOf(started.reason))
  }
  swapper.stdin.end()
  await once(swapper, 'close')
  expect(readdirSync(outside, { recursive: true })).toEqual(['below'])
  // A path that is gone, a link, or the right one; `file` on a directory; a mount refused, as its place is elsewhere by then.
  expect(['started', 'ENOENT', 'EINVAL', 'ENOTDIR']).toEqual(expect.arrayContaining([...outcomes]))
  expect(outcomes).toContain('started')
})

function codeOf(error: NodeJS.ErrnoException): string {
  return (error.cause as NodeJS.ErrnoException | undefined)?.code ?? String(error)
}

describe('C9, C11: what the command may not undo or see', () => {
  /** Without capabilities inside: root's are dropped, and an ordinary user who stays himself has none. */
  const powerless = (mounts: readonly MountEntry[]) => [
    ...(lane === 'root' ? [] : [user({ map: 'current' })]),
    mount({ mounts }),
    pid(),
  ]

  test('a mask is not taken away', async () => {
    const secret = scratch.file('secret', 'secret')
    const script = `umount ${secret}; umount -l ${secret}; mount --move ${secret} /mnt; cat ${secret}`
    const { stdout, stderr } = await shell(powerless([mask(secret), mask(secret)]), script)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/permi|superuser/i)
  })

  test('a read-only bind is made writable by who has capabilities there, and by nobody else', async () => {
    const source = scratch.directory('source')
    const mounts = [bind(source, '/mnt', { readonly: true })]
    const script = 'mount -o remount,rw,bind /mnt 2>&1; touch /mnt/x 2>/dev/null && echo writable'
    expect((await shell(powerless(mounts), script)).stdout).not.toMatch(/writable/)
    const powerful = [user({ map: 'root' }), mount({ mounts }), pid()]
    expect((await shell(powerful, script)).stdout).toMatch(/writable/)
  })

  if (lane === 'user')
    test('C17: a directory below one that may not be entered is an error, optional or not', async () => {
      for (const optional of [true, false]) {
        const error = await failure(
          asCaller([mount({ mounts: [bind('/root/x', '/mnt', { optional })] })]),
        )
        expectErrno(error, 'EACCES')
      }
    })
})
