import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { attempt, KEYCTL_JOIN_SESSION_KEYRING, type SyscallName, syscallNumber } from '@ns/syscalls'
import { lane } from '@ns/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { tmpfs } from '../../mount/src/index.ts'
import { type RunOptions, run } from '../../spawn/src/index.ts'
import { execute } from './support/ns.ts'

// Ways out of examples/sandbox. Each is tried without it too, where it has to work: else its failure would show nothing.

type Sandbox = (file: string, args: string[]) => Promise<{ stdout: string }>
const path = join(import.meta.dirname, '../../../examples/sandbox/sandbox.mjs')
const load = async (): Promise<Sandbox> => (await import(pathToFileURL(path).href)).sandbox

let sandbox: Sandbox
let secret: string
let sleeper: ReturnType<typeof spawn>
let keyring: string
let fd: number
const servers = [createServer(), createServer()] as const
const abstract = `ns-sandbox-test-${process.pid}`

beforeAll(async () => {
  sandbox = await load()
  const home = mkdtempSync(join(homedir(), 'ns-sandbox-'))
  secret = join(home, 'secret')
  mkdirSync(secret)
  writeFileSync(join(secret, 'file'), 'secret')
  fd = openSync(secret, 'r')
  sleeper = spawn('sleep', ['600'])
  await new Promise<void>((done) => servers[0].listen(0, '127.0.0.1', done))
  await new Promise<void>((done) => servers[1].listen(`\0${abstract}`, done))
  attempt('keyctl', KEYCTL_JOIN_SESSION_KEYRING, null) // this thread's, which its children inherit
  keyring = (await run('perl', ['-e', printKeyring])).stdout
})

afterAll(() => {
  sleeper.kill('SIGKILL')
  for (const server of servers) server.close()
  closeSync(fd)
  rmSync(join(secret, '..'), { recursive: true })
})

/** Of perl; strings are copied, as it hands out what it could write to. */
const call = (name: SyscallName, args: string) =>
  `do { my @args = (${args}); syscall(${syscallNumber(name)}, @args) }`
const printKeyring = `print ${call('keyctl', '0, -3, 0')}`
const perl = (condition: string) => ['perl', '-e', `print "escaped" if ${condition}`]
const sh = (condition: string) => [
  'sh',
  '-c',
  `{ ${condition}; } >/dev/null 2>&1 && printf escaped; :`,
]

/** Who tries it for comparison: the caller himself, or root of a user namespace with nothing but mounts of its own. */
type Control = 'caller' | 'root inside'
const controls: Record<Control, () => RunOptions> = {
  caller: () => ({ stdio: ['pipe', 'pipe', 'pipe', fd], env: { ...process.env, NS_SECRET: 'x' } }),
  'root inside': () => ({
    namespaces: { user: { map: 'root' }, mount: { mounts: [tmpfs('/tmp')] } },
    cwd: '/tmp',
  }),
}

const ways: [string, Control, () => string[]][] = [
  ['read a file in the home', 'caller', () => sh(`cat ${secret}/file`)],
  ['write to the home', 'caller', () => sh(`touch ${secret}/written`)],
  ['read the environment of the caller', 'caller', () => sh('test -n "$NS_SECRET"')],
  [
    'read the environment of a process outside',
    'caller',
    () => sh(`cat /proc/${sleeper.pid}/environ`),
  ],
  ['signal a process outside', 'caller', () => perl(`kill(0, ${sleeper.pid})`)],
  [
    'change a limit of a process outside',
    'caller',
    () =>
      perl(
        `do { my $l = pack("QQ", 0, 0); ${call('prlimit64', `${sleeper.pid}, 4, $l, 0`)} == 0 }`,
      ),
  ],
  [
    'enter the root of another process',
    'caller',
    () => sh(`test -e /proc/1/root${secret} || test -e /proc/${sleeper.pid}/root${secret}`),
  ],
  ['use an fd that was left open', 'caller', () => sh(`ls -l /proc/self/fd | grep ${secret}`)],
  [
    'connect to an abstract socket',
    'caller',
    () => perl(`socket(S, 1, 1, 0) && connect(S, pack("S a*", 1, "\\0${abstract}"))`),
  ],
  [
    'connect to the loopback',
    'caller',
    () =>
      perl(
        `socket(S, 2, 1, 0) && connect(S, pack("S n N x8", 2, ${(servers[0].address() as AddressInfo).port}, 0x7f000001))`,
      ),
  ],
  ['use the session keyring', 'caller', () => perl(`${call('keyctl', '0, -3, 0')} == ${keyring}`)],
  ['make a user namespace', 'caller', () => sh('unshare --user true')],
  ['gain rights by exec', 'caller', () => sh('grep -q "NoNewPrivs:.0" /proc/self/status')],
  ['look at devices', 'caller', () => sh('ls /sys/kernel')],
  ['look at the kernel', 'caller', () => sh('cat /proc/sys/kernel/core_pattern')],
  ['mount', 'root inside', () => perl(`${call('mount', '"none", "/tmp", "tmpfs", 0, 0')} == 0`)],
  ['take the mask away', 'root inside', () => perl(`${call('umount2', '"/tmp", 2')} == 0`)],
  [
    'make a mount writable again',
    'root inside',
    () => perl(`${call('mount', '"none", "/tmp", 0, 0x1020, 0')} == 0`),
  ],
  ['change the root', 'root inside', () => perl('chroot("/tmp")')],
  [
    'enter a namespace by /proc',
    'root inside',
    () => perl(`open(N, "<", "/proc/self/ns/mnt") && ${call('setns', 'fileno(N), 0x20000')} == 0`),
  ],
  ['make a mount namespace', 'root inside', () => perl(`${call('unshare', '0x20000')} == 0`)],
  ['have a capability', 'root inside', () => sh('! grep -q "CapPrm:.0*$" /proc/self/status')],
]
// What only root could do at all.
if (lane === 'root')
  ways.push(
    ['write to the system', 'caller', () => sh('test -w /usr')],
    ['read the passwords', 'caller', () => sh('cat /etc/shadow')],
    ['write core_pattern', 'caller', () => sh('(: >>/proc/sys/kernel/core_pattern)')],
    [
      'make a device',
      'caller',
      () =>
        perl(
          `${call('mknodat', '-100, "/tmp/ns-sandbox-device", 0020600, 0x101')} == 0 && unlink("/tmp/ns-sandbox-device")`,
        ),
    ],
    [
      'open a file by its handle',
      'caller',
      () =>
        perl(
          `do { my $h = pack("L l a128", 128, 0, ""); my $m = pack("L", 0); my $p = "/usr"; syscall(${syscallNumber('name_to_handle_at')}, -100, $p, $h, $m, 0) == 0 && open(D, "<", "/usr") && syscall(${syscallNumber('open_by_handle_at')}, fileno(D), $h, 0) >= 0 }`,
        ),
    ],
  )

test.each(ways)('%s: works without the sandbox (%s), and not in it', async (_, control, way) => {
  const [file = '', ...args] = way()
  expect((await run(file, args, controls[control]())).stdout).toBe('escaped')
  expect((await sandbox(file, args)).stdout).toBe('')
})

test('type on the terminal of the caller: works without the sandbox, and not in it', async () => {
  const way = sh('test -t 0 </dev/tty')
  const inside = `(await import(${JSON.stringify(path)})).sandbox(...${JSON.stringify([way[0], way.slice(1)])}).then(({ stdout }) => console.log('ran', stdout))`
  const node = [process.execPath, '--conditions=@ns/source', '--input-type=module', '-e', inside]
  const quote = (words: string[]) =>
    words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ')
  const onTerminal = async (words: string[]) =>
    (await execute(['script', '-qec', quote(words), '/dev/null'])).stdout.trim()
  expect(await onTerminal(way)).toBe('escaped')
  expect(await onTerminal(node)).toBe('ran')
})
