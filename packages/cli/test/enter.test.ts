import { once } from 'node:events'
import { closeSync, existsSync, openSync, readFileSync, readlinkSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { spawn } from '@ns/spawn'
import { close, openInside } from '@ns/syscalls'
import { checkLeaks, lane, ownNetwork, rootInside, running, Scratch } from '@ns/testkit'
import { describe, expect, test } from 'vitest'
import { parseEnter } from '../src/enter/flags.ts'
import { runNs } from './support/ns.ts'

checkLeaks()

const AF_INET = 2
const SOCK_STREAM = 1
const SOCK_CLOEXEC = 0o2000000

const printLinks =
  'readlink /proc/self/ns/user /proc/self/ns/uts /proc/self/ns/ipc /proc/self/ns/mnt'

/** A shell that has printed its links and waits, in namespaces of its own. */
async function box(): Promise<{ child: ReturnType<typeof spawn>; pid: number; links: string }> {
  const child = spawn('sh', ['-c', `${printLinks}; read line`], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, WHERE: 'inside' },
    namespaces: { user: { map: 'root' }, uts: { hostname: 'box' }, ipc: true, mount: true },
  })
  const { pid } = await child.ready
  let links = ''
  while (links.split('\n').length < 5)
    links += String((await once(child.stdout as never, 'data'))[0])
  return { child, pid, links }
}

test('A2: all of a process, its root and its host name; ours stay ours', async () => {
  const { child, pid, links } = await box()
  await using _ = child
  const script = `${printLinks}; hostname; id -u`
  for (const flags of [
    ['-t', `${pid}`],
    ['--target', `${pid}`, '--all'],
  ]) {
    const outcome = await runNs('enter', ...flags, '--', 'sh', '-c', script)
    expect(outcome).toMatchObject({ code: 0, stderr: '', stdout: `${links}box\n0\n` })
  }
})

test('A2: some types only, by the process and by paths', async () => {
  const { child, pid, links } = await box()
  await using _ = child
  const [user, uts, ipc] = links.split('\n')
  const some = ['-t', `${pid}`, '--user', '--uts', `--ipc=/proc/${pid}/ns/ipc`]
  const { stdout } = await runNs('enter', ...some, '--', 'sh', '-c', printLinks)
  const seen = stdout.trimEnd().split('\n')
  expect(seen.slice(0, 3)).toEqual([user, uts, ipc])
  expect(links).not.toContain(seen[3])
})

test('directory, ids and variables of the command; its exit code is ours', async () => {
  const { child, pid } = await box()
  await using _ = child
  const flags = [
    '-t',
    `${pid}`,
    '--cwd',
    '/usr',
    '--uid',
    '0',
    '--gid',
    '0',
    '--env',
    'A=1',
    '--target-env',
  ]
  const script = 'pwd; id -g; echo $WHERE $A; exit 7'
  const outcome = await runNs('enter', ...flags, '--', 'sh', '-c', script)
  expect(outcome).toMatchObject({ code: 7, stderr: '', stdout: '/usr\n0\ninside 1\n' })
})

test('--net-socket: where a socket of the target is, which need not be where the target is', async () => {
  await using sleeper = await running([rootInside(), ownNetwork()])
  const fd = await openInside({ user: sleeper.pid, net: sleeper.pid }, (plan, slot) =>
    plan.in('net').call('socket', [AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0], { result: slot }),
  )
  const user = `--user=/proc/${sleeper.pid}/ns/user`
  const enter = (number: number | string, ...command: string[]) =>
    runNs('enter', '-t', `${process.pid}`, user, '--net-socket', `${number}`, '--', ...command)
  const { stdout, stderr } = await enter(fd, 'readlink', '/proc/self/ns/net')
  expect({ stdout, stderr }).toEqual({
    stdout: `${readlinkSync(`/proc/${sleeper.pid}/ns/net`)}\n`,
    stderr: '',
  })
  close(fd)
  using scratch = new Scratch()
  const file = openSync(scratch.file('no socket'), 'r')
  for (const number of [file, 1_000_000]) {
    const refused = await enter(number, 'true')
    expect(refused).toMatchObject({ code: 125, stdout: '' })
    expect(refused.stderr).toMatch(
      /^ns: net: cannot open the namespace of fd \d+ .*\n {2}hint: the fd of a socket/,
    )
  }
  closeSync(file)
})

test('--follow-context: the SELinux context is that of the target; without SELinux that is said', async () => {
  const { child, pid } = await box()
  await using _ = child
  const flags = ['-t', `${pid}`, '-U', '-u', '--follow-context']
  const { stdout, stderr } = await runNs('enter', ...flags, '--', 'cat', '/proc/self/attr/current')
  if (existsSync('/sys/fs/selinux/enforce'))
    expect(stdout).toBe(readFileSync(`/proc/${pid}/attr/current`, 'utf8'))
  else expect(stderr).toMatch(/--follow-context: SELinux is not enabled here/)
})

describe('--root', () => {
  const script = `mkdir "$0/root" && mount --rbind / "$0/root" && mount -t tmpfs tmpfs "$0/root/mnt" &&
    touch "$0/root/mnt/marker" && exec chroot "$0/root" sh -c 'cd /usr/share; echo ready; read line'`
  const marks = ['--', 'sh', '-c', 'ls /mnt; pwd']

  test('is that of the target, its directory too, though they are nothing of its mount namespace', async () => {
    using scratch = new Scratch()
    await using target = spawn('sh', ['-c', script, scratch.path], {
      stdio: ['pipe', 'pipe', 'inherit'],
      namespaces: { user: { map: 'root' }, mount: true },
    })
    await once(target.stdout as Readable, 'data')
    const enter = ['enter', '-t', `${target.pid}`]
    const rooted = await runNs(...enter, '--root', '--target-cwd', ...marks)
    expect(rooted).toMatchObject({ stdout: 'marker\n/usr/share\n', stderr: '' })
    expect((await runNs(...enter, '--root', ...marks)).stdout).toBe('marker\n/\n')
    expect((await runNs(...enter, ...marks)).stdout).not.toContain('marker')
    target.stdin?.end('\n')
    await target.exited
  })

  test('may be one of ours; without the right to chroot that is said', async () => {
    const { child, pid } = await box()
    await using _ = child
    const flags = ['-t', `${pid}`, '-U', '-u', '--root=/usr']
    const { stdout } = await runNs('enter', ...flags, '--', '/bin/ls', '/')
    expect(stdout.split('\n')).toEqual(expect.arrayContaining(['bin', 'share']))
    expect(stdout).not.toMatch(/^proc$/m)
    if (lane === 'root') return
    const own = ['-t', `${process.pid}`, '--uts', '--root=/usr', '--', '/bin/true']
    expect((await runNs('enter', ...own)).code).toBe(125)
  })
})

test('--preserve-credentials: ids and groups are not changed', async () => {
  const { geteuid, getegid } = process
  const ids = (own: number | undefined) =>
    lane === 'root'
      ? [
          { inside: 0, outside: 100_000, count: 5 },
          { inside: 5, outside: 0, count: 1 },
        ]
      : [{ inside: 5, outside: own ?? 0, count: 1 }]
  await using child = spawn('sleep', ['600'], {
    namespaces: { user: { map: { uid: ids(geteuid?.()), gid: ids(getegid?.()) } } },
  })
  const { pid } = await child.ready
  const print = (...flags: string[]) =>
    runNs('enter', '-t', `${pid}`, '-U', ...flags, '--', 'sh', '-c', 'id -u; id -g')
  expect((await print('--preserve-credentials')).stdout).toBe('5\n5\n')
  expect((await print()).stdout).toBe(lane === 'root' ? '0\n0\n' : '5\n5\n')
})

test('D11: a process that is gone, and what is no namespace, are refused before anything starts', async () => {
  const missing = await runNs('enter', '-t', '4194304', '--', 'true')
  expect(missing).toMatchObject({ code: 125, stdout: '' })
  expect(missing.stderr).toMatch(/^ns: there is no process 4194304\n/)
  const file = await runNs('enter', '--net=/etc/passwd', '--', 'true')
  expect(file.stderr).toMatch(/^ns: net: '\/etc\/passwd' is no namespace/)
  expect(file.code).toBe(125)
})

if (lane === 'user')
  test('the namespaces of others: the error says on one line what failed, and below what to do', async () => {
    const { code, stderr } = await runNs('enter', '-t', '1', '--', 'true')
    expect(code).toBe(125)
    expect(stderr).toMatch(
      /^ns: user: cannot open the namespace of process 1: EACCES.*\n {2}hint: .*\n$/,
    )
  })

test.each([
  [[], /--target PID is wanted/],
  [['--net'], /--net: whose\?/],
  [['--all'], /--all: whose\?/],
  [['-t', 'x'], /--target x: a number/],
  [['-t', '1', '--'], /a command is wanted/],
  [['--uts=/x', '--target-env'], /--target-env: whose\?/],
  [['--uts=/x', '--net-socket', '3'], /--net-socket: whose\?/],
  [['--uts=/x', '--root'], /--root: whose\?/],
  [['-t', '1', '--net', '--net-socket', '3'], /one network namespace/],
  [['-t', '1', '--net-socket', 'three'], /--net-socket three: a number/],
  [['-t', '1', '--preserve-credentials', '--uid', '0'], /who is it to be\?/],
])('A7: enter %j is refused and named', (args, message) => {
  expect(() => parseEnter(args)).toThrow(message)
})

test.each([
  [[], /^ns: --target PID is wanted.*\n {2}hint: /],
  [['-t', '1', '--uid', '0x0'], /^ns: --uid 0x0: a number/],
])('A7: what is refused ends with 125 and prints nothing else: %j', async (args, message) => {
  const outcome = await runNs('enter', ...args)
  expect(outcome).toMatchObject({ code: 125, stdout: '' })
  expect(outcome.stderr).toMatch(message)
})

test('enter --help has examples and every type', async () => {
  const { stdout } = await runNs('enter', '--help')
  expect(stdout).toMatch(/^ {2}ns enter -t PID --net/m)
  for (const type of ['user', 'mount', 'time'])
    expect(stdout).toMatch(new RegExp(`^ {2}-\\w, --${type}\\[=PATH\\] `, 'm'))
})
