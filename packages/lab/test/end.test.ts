import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readlinkSync } from 'node:fs'
import { get } from 'node:https'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { checkLeaks, needs, userNamespaces, waitFor } from '@ns/testkit'
import { beforeEach, expect, test } from 'vitest'
import { createLab } from '../src/index.ts'

beforeEach(needs(userNamespaces))
checkLeaks()

/** Links of all processes that can be seen: `net:[4026531840]`. */
function namespacesInUse(): Set<string> {
  const links = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => ['net', 'uts', 'mnt', 'pid', 'user'].map((type) => `/proc/${pid}/ns/${type}`))
  return new Set(
    links.flatMap((link) => {
      try {
        return [readlinkSync(link)]
      } catch {
        return [] // gone, or another user's
      }
    }),
  )
}

test('all ends with the lab: processes with what they started, servers, sockets, agents, captures', async () => {
  const lab = await createLab()
  const [a, b] = await lab.nodes('a', 'b')
  await lab.link(a, b, { latency: 1 })
  const server = await a.listen(80)
  const socket = await b.connect(80, a)
  const udp = await a.udp()
  a.httpAgent()
  const child = a.spawn('sh', ['-c', 'setsid sleep 600 & echo started; trap "" TERM; sleep 600'])
  await once(child.stdout, 'data')
  const closed = [server, socket, udp, child].map((thing) => once(thing, 'close'))
  await lab.close()
  await lab.close()
  await Promise.all(closed)
  expect(child.signalCode).toBe('SIGKILL')
  await expect(lab.node('c')).rejects.toMatchObject({ code: 'ERR_NS_INVALID_OPTION' })
  expect(() => lab.heal()).toThrow(/has ended/)
})

test('what nobody has answered, or has waited for, ends with it: connections, requests, servers, networks, captures', async () => {
  const lab = await createLab()
  const [a, b] = await lab.nodes('a', 'b')
  const line = await lab.link(a, b)
  lab.partition([a], [b])
  const url = 'https://b/'
  const request = new Promise((settle, fail) =>
    get(url, { agent: a.httpsAgent() }, settle).once('error', fail),
  )
  const target = { hostname: 'b', protocol: 'https:', port: '' }
  const undici = new Promise((settle, fail) =>
    a.undiciConnector()(target, (error, socket) => (error ? fail(error) : settle(socket))),
  )
  const tooLate = [a.connect(80, b), request, undici]
  const settled = Promise.allSettled(tooLate)
  await setTimeout(100) // they are under way
  const started = [a.listen(80), a.udp(), lab.link(a, b, { name: 'c' }), line.capture('/dev/null')]
  const [results] = await Promise.all([Promise.allSettled(started), lab.close()])
  const hasEnded = { reason: { message: expect.stringMatching(/this lab has ended/) } }
  for (const result of results) expect(result).toMatchObject(hasEnded)
  for (const result of await settled)
    expect(result).toMatchObject({ reason: { cause: hasEnded.reason } })
})

test('a connection of undici ends with it', async () => {
  const lab = await createLab()
  const [a, b] = await lab.nodes('a', 'b')
  await lab.link(a, b)
  await b.listen(80)
  const connector = a.undiciConnector()
  const target = { hostname: 'b', protocol: 'http:', port: '' }
  const socket = await new Promise<Socket>((settle, fail) =>
    connector(target, (error, it) => (error ? fail(error) : settle(it))),
  )
  const closed = once(socket, 'close')
  await lab.close()
  await closed
})

test('a test that fails leaves nothing', async () => {
  const failing = async () => {
    await using lab = await createLab()
    const [a, b] = await lab.nodes('a', 'b')
    await lab.switch('lan', [a, b])
    a.spawn('sleep', ['600'])
    throw new Error('the test failed')
  }
  await expect(failing()).rejects.toThrow('the test failed')
})

test('a network that can’t be made leaves the lab as it was', async () => {
  await using lab = await createLab()
  const [a, b] = await lab.nodes('a', 'b')
  const refused = { code: 'ERR_NS_INVALID_OPTION' }
  await expect(lab.link(a, b, { loss: 10 })).rejects.toMatchObject(refused)
  await expect(lab.link(a, b, { subnets: ['10.0.0.0/33'] })).rejects.toMatchObject(refused)
  await expect(lab.link(a, a)).rejects.toMatchObject(refused)
  await expect(lab.link(a, b, { mtu: 576 })).rejects.toThrow(/from 1280 to 65521.*IPv4 alone/)
  const line = await lab.link(a, b)
  expect(() => line.set({ mtu: 1279 })).toThrow(/from 1280 to 65521/)
  expect(a.addresses).toEqual(['10.0.0.1', 'fd6e:736c:6162::1'])
  await lab.link(a, b, { name: 'thin', mtu: 576, subnets: ['192.0.2.0/24'] })
  expect(a.netlink.links.get('eth1').mtu).toBe(576)
})

test('SIGKILL of who made it leaves no process and no namespace', async () => {
  const runner = fork(join(import.meta.dirname, 'fixtures/runner.ts'))
  const [{ processes, namespaces }] = (await once(runner, 'message')) as [
    { processes: number[]; namespaces: string[] },
  ]
  expect(namespaces.filter((it) => namespacesInUse().has(it)).length).toBeGreaterThan(0)
  expect(processes.filter((pid) => existsSync(`/proc/${pid}`))).toEqual(processes)
  runner.kill('SIGKILL')
  await once(runner, 'close')
  // Whatever else holds a namespace is an fd or a mount, and those were the runner's.
  await waitFor(() => processes.every((pid) => !existsSync(`/proc/${pid}`)))
  await waitFor(() => namespaces.every((it) => !namespacesInUse().has(it)))
})
