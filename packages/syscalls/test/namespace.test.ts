import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { slower } from '@ns/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Child, inside, launch, Namespace, namespaceTypes, procName } from '../src/index.ts'
import { Directory } from './support/files.ts'
import { fresh, rootInside } from './support/namespaces.ts'

const directory = new Directory()
let other: Child

beforeAll(async () => {
  other = launch([rootInside(), fresh('uts')], { file: '/bin/sleep', args: ['600'] })
  await other.started
})
afterAll(async () => {
  other.kill('SIGKILL')
  await other.exited
  directory[Symbol.dispose]()
})

test.each(namespaceTypes)('our own %s namespace is what /proc/self/ns says', (type) => {
  using namespace = Namespace.open(type, 0)
  const link = `/proc/self/ns/${procName(type)}`
  expect(namespace.type).toBe(type)
  expect(`${namespace}`).toBe(readlinkSync(link))
  expect(namespace.identity.inode).toBe(statSync(link).ino)
  expect(namespace.identity.device).toBe(statSync(link).dev)
})

test('A2: pid, path, fd and handle open the same one', () => {
  const path = `/proc/${other.pid}/ns/uts`
  const fd = openSync(path, 'r')
  using byPid = Namespace.open('uts', other.pid)
  using byPath = Namespace.open('uts', path)
  using byFd = Namespace.open('uts', { fd })
  using byHandle = Namespace.open('uts', byPid)
  using own = Namespace.open('uts', 0)
  for (const namespace of [byPath, byFd, byHandle]) expect(namespace.equals(byPid)).toBe(true)
  expect(byPid.equals(own)).toBe(false)
  expect(new Set([byPid.fd, byPath.fd, byFd.fd, byHandle.fd, fd]).size).toBe(5)
  closeSync(fd)
})

test('A3: identities that a start reports are those of its process', async () => {
  const { namespaces } = await other.started
  for (const type of namespaceTypes) {
    using namespace = Namespace.open(type, other.pid)
    expect(namespaces[type]).toBe(namespace.identity.inode)
  }
})

test('a closed handle is closed once, and its fd is nobody else’s to close', () => {
  const namespace = Namespace.open('uts', 0)
  namespace.close()
  const fd = openSync('/dev/null', 'r')
  expect(fd).toBe(namespace.fd)
  namespace.close()
  namespace[Symbol.dispose]()
  expect(() => statSync(`/proc/self/fd/${fd}`)).not.toThrow()
  closeSync(fd)
})

test('owner and parent lead up', () => {
  using uts = Namespace.open('uts', other.pid)
  using user = Namespace.open('user', other.pid)
  using own = Namespace.open('user', 0)
  using owner = uts.owner()
  using parent = user.parent()
  expect(owner.type).toBe('user')
  expect(owner.equals(user)).toBe(true)
  expect(parent.equals(own)).toBe(true)
  expect(user.ownerUid()).toBe(process.getuid?.())
  expect(() => uts.parent()).toThrow(expect.objectContaining({ code: 'EINVAL', syscall: 'ioctl' }))
  expect(() => own.parent()).toThrow(expect.objectContaining({ code: 'EPERM' }))
})

describe('D11: what is none is refused before anything happens', () => {
  const file = directory.write('file', '', 0o644)
  const cases = [
    ['a regular file', () => file, 'ERR_NS_NOT_A_NAMESPACE', /is no namespace/],
    ['a directory', () => directory.path, 'ERR_NS_NOT_A_NAMESPACE', /is no namespace/],
    ['a missing path', () => directory.at('missing'), 'ERR_NS_NOT_A_NAMESPACE', /ENOENT/],
    [
      'a namespace of another type',
      () => '/proc/self/ns/pid',
      'ERR_NS_NOT_A_NAMESPACE',
      /is a pid namespace/,
    ],
    ['an fd that is not open', () => ({ fd: 99999 }), 'EBADF', /EBADF/],
    ['a pid that is none', () => -1, 'ERR_NS_NOT_A_NAMESPACE', /'-1'/],
    ['an fd that is none', () => ({ fd: '3' }) as never, 'ERR_NS_NOT_A_NAMESPACE', /fd 3 is no/],
    ['nothing', () => null as never, 'ERR_NS_NOT_A_NAMESPACE', /'null'/],
    ['half a pid', () => 1.5, 'ERR_NS_NOT_A_NAMESPACE', /'1.5'/],
    ['a process that is gone', gonePid, 'ERR_NS_NO_SUCH_PROCESS', /process \d+/],
  ] as const

  test.each(cases)('%s', async (_, make, code, message) => {
    const ref = await make()
    const fds = readdirSync('/proc/self/fd').length
    expect(() => Namespace.open('uts', ref)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    )
    const join = { type: 'uts', flags: 0, join: ref, steps: () => {} } as const
    expect(() => launch([join], { file: '/bin/true' })).toThrow(expect.objectContaining({ code }))
    expect(readdirSync('/proc/self/fd').length).toBe(fds)
  })

  test('a zombie has no namespaces any more', async () => {
    const child = spawn('/bin/sh', ['-c', '/bin/true & exec sleep 600'])
    const zombie = await waitFor(() => zombieOf(child.pid as number))
    expect(() => Namespace.open('uts', zombie)).toThrow(
      expect.objectContaining({
        code: expect.stringMatching(/ERR_NS_(NO_SUCH_PROCESS|PERMISSION)/),
      }),
    )
    child.kill('SIGKILL')
    await once(child, 'exit')
  })
})

describe('inside', () => {
  const user = () => other.pid

  test('runs steps in a namespace that exists, and returns what they read', async () => {
    const inode = await inside({ user: user(), uts: other.pid }, (plan) => {
      const text = plan.memory.allocate(64)
      plan.in('uts').call('readlinkat', [plan.proc, 'self/ns/uts', text, 64], { namespace: 'uts' })
      return (memory) => memory(text).toString('latin1').replace(/\0.*$/s, '')
    })
    expect(inode).toBe(readlinkSync(`/proc/${other.pid}/ns/uts`))
    expect(inode).not.toBe(readlinkSync('/proc/self/ns/uts'))
  })

  test('a step that fails rejects, with its namespace and its number', async () => {
    const program = inside({ user: user(), uts: other.pid }, (plan) => {
      plan.in('uts').call('sethostname', ['x', 1000], { namespace: 'uts', operation: 'set a name' })
      return () => 'never'
    })
    await expect(program).rejects.toMatchObject({
      code: 'ERR_NS_SETUP',
      namespace: 'uts',
      operation: 'set a name',
      step: { phase: 'uts', text: 'sethostname("x", 1000)' },
      cause: { code: 'EINVAL', errno: -22, syscall: 'sethostname' },
    })
  })

  test('a reader that throws rejects', async () => {
    const program = inside({ user: user() }, () => () => {
      throw new Error('unreadable')
    })
    await expect(program).rejects.toThrow('unreadable')
  })

  test('what is no namespace rejects too, it does not throw', async () => {
    const program = inside({ uts: directory.path }, () => () => 0)
    await expect(program).rejects.toMatchObject({ code: 'ERR_NS_NOT_A_NAMESPACE' })
  })
})

async function gonePid(): Promise<number> {
  const child = launch([], { file: '/bin/true' })
  await child.exited
  return child.pid
}

function zombieOf(parent: number): number | undefined {
  const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return children.map(Number).find((pid) => stat(pid)?.startsWith(`Z ${parent} `))
}

function stat(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '')
  } catch {
    return undefined
  }
}

async function waitFor<T>(look: () => T | undefined): Promise<T> {
  for (let waited = 0; waited < 5000 * slower; waited++) {
    const found = look()
    if (found !== undefined) return found
    await setTimeout(1)
  }
  throw new Error('waited in vain')
}
