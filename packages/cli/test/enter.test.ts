import { once } from 'node:events'
import { spawn } from '@ns/spawn'
import { checkLeaks, lane } from '@ns/testkit'
import { expect, test } from 'vitest'
import { runNs } from './support/ns.ts'

checkLeaks()

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
  [['-t', '1', '--uid', '0x0'], /--uid 0x0: a number/],
  [['-t', '1', '--'], /a command is wanted/],
  [['--uts=/x', '--target-env'], /--target-env: whose\?/],
])('A7: enter %j is refused and named', async (args, message) => {
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
