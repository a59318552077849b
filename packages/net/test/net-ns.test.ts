import { setTimeout } from 'node:timers/promises'
import { veth } from '@ns/netlink'
import { close, Namespace, pidfdOpen } from '@ns/syscalls'
import { asCaller, checkLeaks, lane, linux, needs, running, userNamespaces } from '@ns/testkit'
import { beforeEach, describe, expect, test } from 'vitest'
import { NetNs, net } from '../src/index.ts'
import { inside } from './inside.ts'

beforeEach(needs(userNamespaces))
checkLeaks()

describe('a network namespace', () => {
  test('is made without a process in it, with lo up, and usable', async () => {
    using ns = await NetNs.create()
    expect(ns.pids()).toEqual([])
    const server = await ns.listen({ host: '127.0.0.1' }, (socket) => socket.end('hello'))
    const { port } = server.address() as { port: number }
    const socket = await ns.connect({ host: '127.0.0.1', port })
    expect(String(await new Promise((read) => socket.once('data', read)))).toBe('hello')
    await new Promise((done) => server.close(done))
    using own = Namespace.open('net', 0)
    expect(ns.namespace.equals(own)).toBe(false)
  })

  test('has lo down where that is asked for', async () => {
    using ns = await NetNs.create({ lo: false })
    using first = await ns.netlink()
    using second = await ns.netlink()
    for (const { links } of [first, second]) expect(links.get('lo').up).toBe(false)
  })

  test('is the same by pid, path, fd, pidfd and handle', async () => {
    await using child = await running(asCaller([net()]))
    using ns = NetNs.open(child.pid)
    const pidfd = pidfdOpen(child.pid)
    try {
      using byPidfd = NetNs.openPidfd(pidfd)
      using byPath = NetNs.open(`/proc/${child.pid}/ns/net`)
      using byFd = NetNs.open({ fd: ns.namespace.fd })
      using byHandle = NetNs.open(ns.namespace)
      for (const other of [byPidfd, byPath, byFd, byHandle]) expect(other.equals(ns)).toBe(true)
      expect(ns.pids()).toEqual([child.pid])
    } finally {
      close(pidfd)
    }
  })

  test('of a process that is gone, or of an fd that is no pidfd, is refused', async () => {
    const child = await running(asCaller([net()]))
    const pidfd = pidfdOpen(child.pid)
    await child[Symbol.asyncDispose]()
    try {
      const gone = expect.objectContaining({ code: 'ERR_NS_NO_SUCH_PROCESS' })
      expect(() => NetNs.openPidfd(pidfd)).toThrow(gone)
    } finally {
      close(pidfd)
    }
    const none = expect.objectContaining({ code: 'ERR_NS_INVALID_OPTION' })
    using own = Namespace.open('net', 0)
    expect(() => NetNs.openPidfd(own.fd)).toThrow(none)
    expect(() => NetNs.openPidfd(9999)).toThrow(none)
  })

  test('has a cookie that no other one has; before Linux 5.14 there are none', async () => {
    using one = await NetNs.create()
    if (linux(5, 14, 'cookies')()) {
      await expect(one.cookie()).rejects.toMatchObject({ code: 'ERR_NS_UNSUPPORTED' })
      return
    }
    using same = NetNs.open(one.namespace)
    using other = await NetNs.create()
    const cookies = await Promise.all([one, same, other].map((ns) => ns.cookie()))
    expect(cookies[0]).toBe(cookies[1])
    expect(cookies[0]).not.toBe(cookies[2])
    expect(cookies[0]).toBeGreaterThan(1n)
  })

  test('D10: has no number elsewhere before one is assigned, and then that one', async () => {
    using here = await NetNs.create()
    using there = await NetNs.create()
    expect(await there.nsid(here)).toBeUndefined()
    using netlink = await here.netlink()
    expect(netlink.netnsIds.assign(there.namespace, 7)).toBe(7)
    expect(await there.nsid(here)).toBe(7)
    expect(await here.nsid(there)).toBeUndefined()
    expect(netlink.netnsIds.list()).toEqual([7])
  })

  test('is destroyed when nobody holds it, and the links that led there are gone then', async () => {
    await using outer = await inside()
    const user = lane === 'root' ? undefined : outer.pid
    const ns = await NetNs.create({ user })
    using netlink = await outer.ns.netlink()
    netlink.links.add(veth({ name: 'a', peer: { name: 'b', netns: ns.namespace } }))
    await ns.destroyed()
    expect(netlink.links.list().map(({ name }) => name)).toEqual(['lo'])
    expect(() => ns.pids()).toThrow(expect.objectContaining({ code: 'ERR_NS_INVALID_OPTION' }))
  })

  test('is not destroyed as long as somebody is in it', async () => {
    const child = await running(asCaller([net()]))
    using ns = NetNs.open(child.pid)
    using held = NetNs.open(child.pid)
    const destroyed = ns.destroyed()
    expect(await Promise.race([destroyed, setTimeout(100, 'waits')])).toBe('waits')
    await child[Symbol.asyncDispose]()
    expect(await Promise.race([destroyed, setTimeout(100, 'waits')])).toBe('waits')
    held.close()
    await destroyed
  })

  test('that lasts can be waited for no longer than a signal allows', async () => {
    await using child = await running(asCaller([net()]))
    using ns = NetNs.open(child.pid)
    const signal = AbortSignal.timeout(50)
    await expect(ns.destroyed({ signal })).rejects.toMatchObject({ name: 'TimeoutError' })
  })

  test('a hundred of them are made, and leave nothing', async () => {
    const all = await Promise.all(Array.from({ length: 100 }, () => NetNs.create()))
    expect(new Set(all.map(({ namespace }) => `${namespace}`)).size).toBe(100)
    for (const ns of all) ns.close()
  })

  test('A7: options that nobody would look at are refused', async () => {
    const refusal = { code: 'ERR_NS_INVALID_OPTION' }
    await expect(NetNs.create({ loopback: true } as never)).rejects.toMatchObject(refusal)
    await expect(NetNs.createNamed('a', { dir: '/' } as never)).rejects.toMatchObject(refusal)
    const misspelt = { host: {} } as never
    expect(() => NetNs.open(0, misspelt)).toThrow(/unknown option host/)
    expect(() => NetNs.openPidfd(0, misspelt)).toThrow(/unknown option host/)
    await expect(NetNs.list({ directory: 'run' })).rejects.toMatchObject(refusal)
    await expect(NetNs.list({ user: 1 })).rejects.toMatchObject(refusal)
  })
})
