import { chmodSync, existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Contribution } from '@ns/syscalls'
import {
  checkLeaks,
  needs,
  output,
  ownMounts,
  ownNetwork,
  program,
  type Running,
  running,
  Scratch,
  shell,
  waitFor,
} from '@ns/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { NetNs } from '../src/index.ts'

beforeEach(needs(program('pasta'), program('slirp4netns'), program('ip')))

/** An ordinary user; that he has no passwd entry is all the same here. */
const UID = 12345
const fixture = fileURLToPath(new URL('fixtures/user-mode.ts', import.meta.url))

/** What stands for the host: a network with a default route that leads nowhere, and a tun device for everybody. */
let host: Running
const join = (type: 'net' | 'mount'): Contribution => ({
  type,
  flags: 0,
  join: host.pid,
  steps: () => {},
})

beforeAll(async () => {
  host = await running([ownNetwork(), ownMounts()])
  const { stderr } = await shell(
    [join('net'), join('mount')],
    `mount -t tmpfs tmpfs /dev/net && mknod -m 666 /dev/net/tun c 10 200
     ip link set lo up
     ip link add outer type veth peer name other && ip link set outer up && ip link set other up
     ip addr add 192.0.2.1/24 dev outer && ip addr add 198.51.100.1/32 dev lo
     ip route add default via 192.0.2.254 dev outer`,
    { capabilities: 'keep' },
  )
  expect(stderr).toBe('')
})
afterAll(async () => await host[Symbol.asyncDispose]())
checkLeaks()

interface Asked {
  readonly path?: string
  /** Runs before, in the same mounts. */
  readonly mounts?: readonly Contribution[]
}

/** What the fixture prints, run as an ordinary user out there. */
async function run(task: string, driver: string, { path, mounts = [join('mount')] }: Asked = {}) {
  const { stdout, stderr } = await output([join('net'), ...mounts], {
    file: process.execPath,
    args: ['--conditions=@ns/source', '--no-warnings', fixture, task, driver],
    uid: UID,
    gid: UID,
    cwd: '/tmp',
    env: { PATH: path ?? `${process.env.PATH}:/usr/bin` },
  })
  expect(stderr).toBe('')
  return stdout
}

describe.each(['pasta', 'slirp4netns'])('%s', (driver) => {
  test('goes out; the host’s loopback is closed, unless that is asked for', async () => {
    const results = JSON.parse(await run('reaches', driver))
    const open = { links: ['lo', 'tap0'], internet: '198.51.100.1', version: true }
    expect(results.false).toMatchObject(open)
    expect(results.false.loopback).toBe('ECONNREFUSED')
    expect(results.false.gateway).not.toBe('127.0.0.1')
    expect(results.true).toMatchObject({ ...open, gateway: '127.0.0.1' })
    expect(results.after).not.toBe('198.51.100.1')
  })

  test('forwards ports; one that is taken is an error that says so', async () => {
    expect(JSON.parse(await run('forwards', driver))).toBe('inside')
    const { code, message } = JSON.parse(await run('taken', driver))
    expect(code).toBe('ERR_NS_SETUP')
    expect(message).toContain('8080')
  })

  test('is there before the command of a start, and ends with it', async () => {
    expect(await run('start', driver)).toBe('198.51.100.1"ended"')
  })

  test('dies with the process that started it; its own end is told', async () => {
    const pid = Number(await run('dies', driver))
    expect(pid).toBeGreaterThan(1)
    await waitFor(() => !existsSync(`/proc/${pid}`) || /State:\tZ/.test(statusOf(pid)))
    expect(JSON.parse(await run('killed', driver))).toBe('SIGKILL')
  })

  test('that is not installed is an error that names its package', async () => {
    const { code, message } = JSON.parse(await run('refused', driver, { path: '/nowhere' }))
    expect(code).toBe('ERR_NS_UNSUPPORTED')
    expect(message).toMatch(/not installed: .*package (passt|slirp4netns)/)
  })

  test('needs a tun device that may be opened, and says so at once', async () => {
    const closed: Contribution = {
      ...ownMounts(),
      steps(plan) {
        ownMounts().steps(plan)
        plan.in('mounts').call('mount', ['tmpfs', '/dev/net', 'tmpfs', 0, 'mode=755'])
      },
    }
    const { code, hint } = JSON.parse(await run('refused', driver, { mounts: [closed] }))
    expect({ code, hint }).toEqual({
      code: 'ERR_NS_PERMISSION',
      hint: expect.stringContaining('/dev/net/tun'),
    })
  })

  test('is refused one that is root’s alone, and says what to change', async () => {
    const chmod = (mode: string) => shell([join('mount')], `chmod ${mode} /dev/net/tun`)
    await chmod('600')
    const { code, message, hint } = JSON.parse(await run('refused', driver))
    await chmod('666')
    expect({ code, hint }).toEqual({
      code: 'ERR_NS_PERMISSION',
      hint: expect.stringContaining('chmod 666'),
    })
    expect(message).toContain('EACCES')
  })

  test('that is not ready in time is ended, and what it said is told', async () => {
    using scratch = new Scratch()
    // The real one, but stopped before it begins; asked for its version it answers.
    const real = (await output([], { file: 'which', args: [driver] })).stdout.trim()
    const script = `#!/bin/sh
      case $1 in --version|--help) exec ${real} "$@" ;; esac
      echo not yet >&2; kill -STOP $$; exec ${real} "$@"`
    scratch.file(driver, script, 0o755)
    chmodSync(scratch.path, 0o755)
    const path = `${scratch.path}:${process.env.PATH}`
    const { code, message, children } = JSON.parse(await run('late', driver, { path }))
    expect(code).toBe('ERR_NS_TIMEOUT')
    expect(message).toMatch(/not ready in 300 ms: not yet$/)
    expect(children).toBe('')
  })
})

test('pasta is refused to root, whose rights it would give up', async () => {
  using ns = await NetNs.create()
  await expect(ns.userMode({ driver: 'pasta' })).rejects.toMatchObject({
    code: 'ERR_NS_PERMISSION',
    hint: expect.stringContaining('slirp4netns'),
  })
})

test.each([
  { driver: 'docker' },
  { name: '--help' },
  { name: 'x'.repeat(16) },
  { mtu: 10 },
  { timeout: -1 },
  { forwards: [{ port: 0 }] },
  { forwards: [{ port: 80, host: 'localhost' }] },
  { forwards: [{ port: 80, protocol: 'icmp' }] },
  { dns: true },
])('hostile options are refused before anything runs: %o', async (options) => {
  using ns = await NetNs.create()
  await expect(ns.userMode(options as never)).rejects.toMatchObject({
    code: 'ERR_NS_INVALID_OPTION',
  })
})

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8')
  } catch {
    return ''
  }
}
