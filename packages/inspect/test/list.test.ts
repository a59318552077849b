import { closeSync, openSync, statSync } from 'node:fs'
import {
  CLONE_NEW,
  type Contribution,
  close,
  Namespace,
  type NamespaceType,
  openInside,
  procName,
} from '@ns/syscalls'
import { asCaller, checkLeaks, lane, ownMounts, rootInside, running, Scratch } from '@ns/testkit'
import { describe, expect, test } from 'vitest'
import { list, type NamespaceInfo } from '../src/index.ts'
import { holder } from './support/holder.ts'

checkLeaks()

const fresh = (type: NamespaceType): Contribution => ({
  type,
  flags: CLONE_NEW[type],
  steps: () => {},
})
const inodeOf = (pid: number | 'self', type: NamespaceType) =>
  statSync(`/proc/${pid}/ns/${procName(type)}`).ino
const find = (type: NamespaceType, inode: number): NamespaceInfo | undefined =>
  list().namespaces.find((one) => one.type === type && one.inode === inode)
const user = (pid: number) => (lane === 'user' ? pid : undefined)

describe('D7: a namespace is found', () => {
  test('by its processes, with the lowest first, and by what they are', async () => {
    await using first = await running(asCaller([fresh('uts')]))
    const join = { type: 'uts', flags: 0, join: first.pid, steps: () => {} } as const
    await using second = await running(asCaller([join], first.pid))
    const inode = inodeOf(first.pid, 'uts')
    expect(find('uts', inode)).toEqual({
      type: 'uts',
      inode,
      processes: [first.pid, second.pid].sort((a, b) => a - b),
      mounts: [],
      fds: [],
      sockets: [],
      owner: inodeOf(first.pid, 'user'),
    })
    expect(list().processes.find(({ pid }) => pid === first.pid)).toEqual({
      pid: first.pid,
      parent: process.pid,
      uid: process.geteuid?.(),
      command: 'sleep 600',
    })
  })

  test('when only files keep it, by both when it is bound twice, and each opens it', async () => {
    using scratch = new Scratch()
    const files = [scratch.file('one'), scratch.file('two')]
    const script = 'unshare --net="$0" true; mount --bind "$0" "$1"'
    await using keeper = await holder(asCaller([ownMounts()]), script, ...files)
    const paths = files.map((file) => `/proc/${keeper.pid}/root${file}`)
    const { ino } = statSync(paths[0] as string)
    const owner = inodeOf(keeper.pid, 'user')
    expect(find('net', ino)).toMatchObject({ processes: [], fds: [], mounts: paths, owner })
    for (const path of paths) {
      using namespace = Namespace.open('net', path)
      expect(namespace.identity.inode).toBe(ino)
    }
  })

  test('when only an open fd keeps it', async () => {
    const { fd, inode } = await withSleeper('ipc', (pid) => ({
      fd: openSync(`/proc/${pid}/ns/ipc`, 'r'),
      inode: inodeOf(pid, 'ipc'),
    }))
    expect(find('ipc', inode)).toMatchObject({
      processes: [],
      fds: [`/proc/${process.pid}/fd/${fd}`],
    })
    closeSync(fd)
    expect(find('ipc', inode)).toBeUndefined()
  })

  test('when only a socket keeps it', async () => {
    const { fd, inode } = await withSleeper('net', async (pid) => ({
      fd: await openInside({ user: user(pid), net: pid }, (plan, slot) =>
        plan.in('net').call('socket', [2, 2 | 0o2000000, 0], { result: slot }),
      ),
      inode: inodeOf(pid, 'net'),
    }))
    expect(find('net', inode)).toMatchObject({
      processes: [],
      fds: [],
      sockets: [`/proc/${process.pid}/fd/${fd}`],
      netnsid: 'unassigned',
    })
    close(fd)
  })

  test('when it has no process, but one below it has', async () => {
    // The shell becomes `unshare`, which leaves the namespace that was made for it.
    const script =
      'stat -Lc %i /proc/self/ns/user; exec unshare --user --map-root-user sh -c "echo ready; read end"'
    await using inner = await holder([rootInside()], script)
    const middle = Number.parseInt(inner.printed, 10)
    const innermost = inodeOf(inner.pid, 'user')
    expect(find('user', innermost)).toMatchObject({ processes: [inner.pid], parent: middle })
    expect(find('user', middle)).toMatchObject({
      processes: [],
      parent: inodeOf('self', 'user'),
      ownerUid: process.geteuid?.(),
    })
  })
})

test('D7: pid namespaces have the one above as parent, and a user namespace as owner', async () => {
  await using sleeper = await running([rootInside(), fresh('pid')])
  expect(find('pid', inodeOf(sleeper.pid, 'pid'))).toMatchObject({
    parent: inodeOf('self', 'pid'),
    owner: inodeOf(sleeper.pid, 'user'),
  })
})

test('selections: by type, by process, and those without processes', async () => {
  await using sleeper = await running(asCaller([fresh('uts')]))
  const ofSleeper = list({ pid: sleeper.pid })
  expect(ofSleeper.namespaces.map(({ type }) => type).sort()).toEqual([
    'cgroup',
    'ipc',
    'mount',
    'net',
    'pid',
    'time',
    'user',
    'uts',
  ])
  expect(ofSleeper.processes.map(({ pid }) => pid)).toContain(sleeper.pid)
  expect(new Set(list({ types: ['uts', 'ipc'] }).namespaces.map(({ type }) => type))).toEqual(
    new Set(['uts', 'ipc']),
  )
  const { namespaces, processes } = list({ persistent: true })
  expect(namespaces.filter((one) => one.processes.length > 0)).toEqual([])
  expect(processes).toEqual([])
  expect(list({ persistent: false }).namespaces.every((one) => one.processes.length > 0)).toBe(true)
})

test.each([
  [{ types: ['mnt'] }, /list\.types: 'mnt'/],
  [{ pid: 0 }, /list\.pid/],
  [{ type: 'net' }, /unknown option type/],
])('A7: %j is refused by name', (options, message) => {
  expect(() => list(options as never)).toThrow(message)
})

test('D9: processes and namespaces that come and go never make it fail', async () => {
  const churn = 'while :; do unshare --user true & true & wait; done'
  await using one = await running([], { file: 'sh', args: ['-c', churn], fds: [] })
  await using two = await running([], { file: 'sh', args: ['-c', churn], fds: [] })
  for (let left = 20; left > 0; left--) {
    const pids = list().processes.map(({ pid }) => pid)
    expect(pids).toEqual(expect.arrayContaining([one.pid, two.pid]))
  }
})

test('D8: own namespaces are always shown', async () => {
  const own = list({ pid: process.pid }).namespaces
  for (const { type, inode } of own) expect(inode).toBe(inodeOf('self', type))
  expect(own).toHaveLength(8)
})

if (lane === 'user')
  test('D8: with processes of others that may not be looked at, the listing says that it is partial', () => {
    expect(list().partial).toBe(true)
    expect(list({ types: ['uts'] }).namespaces.flatMap((one) => one.processes)).not.toContain(1)
  })

/** What a process in a new namespace gives away; it is gone then. */
async function withSleeper<Result>(
  type: NamespaceType,
  take: (pid: number) => Result | Promise<Result>,
): Promise<Result> {
  await using sleeper = await running(asCaller([fresh(type)]))
  return await take(sleeper.pid)
}
