import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { types } from '@ns/spawn'
import { describe, expect, test } from 'vitest'
import { execute, ns, nsFromSources, runNs } from './support/ns.ts'

const link = (type: string) => (type === 'mount' ? 'mnt' : type)

test.each([
  { from: 'the sources', command: nsFromSources },
  { from: 'what `pnpm build` has made', command: ns },
])(
  "the README's command, from $from: a host name, uid 0 and a process list of its own",
  async ({ command }) => {
    const outcome = await execute([
      ...command,
      'run',
      '--all',
      '--',
      'sh',
      '-c',
      'hostname; id; ps aux',
    ])
    const [name, id, , ...processes] = outcome.stdout.trimEnd().split('\n')
    expect(outcome).toMatchObject({ code: 0, stderr: '' })
    expect(name).toBe('ns')
    expect(name).not.toBe(hostname())
    expect(id).toMatch(/^uid=0\(root\) gid=0\(root\)/)
    const pids = processes.map((line) => line.trim().split(/\s+/)[1])
    expect(pids.slice(0, 2)).toEqual(['1', '2'])
    expect(processes).toHaveLength(3)
    expect(processes[2]).toMatch(/ps aux$/)
  },
)

describe('flags', () => {
  test('--all makes every type that the facade knows, and no other', async () => {
    const { stdout } = await runNs('run', '--all', '--', 'ls', '-l', '/proc/self/ns')
    const differs = (type: string) => !stdout.includes(readlinkSync(`/proc/self/ns/${link(type)}`))
    expect(types.filter(differs)).toEqual(types)
    const others = ['cgroup', 'ipc', 'net', 'time'].filter((type) => !types.includes(type as never))
    expect(others.filter(differs)).toEqual([])
  })

  test('--user=current keeps the ids, --user makes them 0', async () => {
    const kept = await runNs('run', '--user=current', '--', 'id', '-u')
    expect(kept.stdout.trim()).toBe(`${process.getuid?.()}`)
    expect((await runNs('run', '--user', '--', 'id', '-u')).stdout.trim()).toBe('0')
  })

  test('--hostname and --domainname imply a UTS namespace', async () => {
    const script = 'hostname; cat /proc/sys/kernel/domainname'
    const flags = ['--user', '--hostname', 'box', '--domainname', 'lab']
    const { stdout } = await runNs('run', ...flags, '--', 'sh', '-c', script)
    expect(stdout).toBe('box\nlab\n')
    expect(hostname()).not.toBe('box')
  })

  test('C15: mounts are made in the order of their flags', async () => {
    const flags = ['--user', '--tmpfs', '/mnt', '--bind', '/usr:/mnt', '--ro-bind', '/etc:/srv']
    const script = 'test -d /mnt/bin && test -e /srv/passwd && ! touch /srv/ns-test && echo yes'
    const { stdout, stderr } = await runNs('run', ...flags, '--', 'sh', '-c', script)
    expect(stdout).toBe('yes\n')
    expect(stderr).toMatch(/Read-only file system/)
  })

  test('--readonly makes the root read-only, --no-init the command PID 1', async () => {
    const flags = ['--user', '--readonly', '--no-init']
    const script = 'echo $$; touch /ns-test'
    const { stdout, stderr, code } = await runNs('run', ...flags, '--', 'sh', '-c', script)
    expect(stdout).toBe('1\n')
    expect(stderr).toMatch(/Read-only file system/)
    expect(code).toBe(1)
  })

  test('--root makes a directory the root, and --cwd is inside it', async () => {
    const flags = ['--user', '--mount', '--root', '/usr', '--cwd', '/share']
    const { stdout } = await runNs('run', ...flags, '--', '/bin/busybox', 'pwd')
    expect(stdout).toBe('/share\n')
  })

  test('B16: --env sets, --clear-env leaves nothing else', async () => {
    const flags = ['--clear-env', '--env', 'A=b=c', '--env', 'EMPTY=']
    expect((await runNs('run', ...flags, '--', 'env')).stdout).toBe('A=b=c\nEMPTY=\n')
    const kept = await runNs('run', '--env', 'A=1', '--', 'sh', '-c', 'echo $A $PATH')
    expect(kept.stdout).toBe(`1 ${process.env.PATH}\n`)
  })

  test('A2: --join enters the namespaces of a running process', async () => {
    const script = 'hostname; readlink /proc/self/ns/uts; echo; read line'
    const flags = ['run', '--user', '--hostname', 'joined', '--', 'sh', '-c']
    const [file = '', ...args] = [...ns, ...flags, `echo $$; ${script}`]
    const first = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    let text = ''
    first.stdout.setEncoding('utf8').on('data', (chunk) => {
      text += chunk
    })
    while (!text.endsWith('\n\n')) await once(first.stdout, 'data')
    const [pid, ...seen] = text.trimEnd().split('\n')
    const joins = ['--join', `user=${pid}`, '--join', `uts=/proc/${pid}/ns/uts`]
    const second = await runNs('run', ...joins, '--', 'sh', '-c', script)
    expect(second.stdout.trimEnd().split('\n')).toEqual(seen)
    first.stdin.end('\n')
    await once(first, 'close')
  })
})

describe('exit code', () => {
  test.each([0, 1, 42, 255])('B1: %d comes back unchanged', async (code) => {
    expect((await runNs('run', '--all', '--', 'sh', '-c', `exit ${code}`)).code).toBe(code)
  })

  test.each([
    ['TERM', 143],
    ['KILL', 137],
    ['SEGV', 139],
  ])('B2: a command that SIG%s ended gives 128 and the number', async (signal, code) => {
    const outcome = await runNs('run', '--all', '--', 'sh', '-c', `kill -${signal} $$`)
    expect(outcome).toMatchObject({ code, signal: null })
  })

  test.each([
    { what: 'a missing program', command: '/nowhere/program', code: 127 },
    { what: 'a directory', command: '/etc', code: 126 },
    { what: 'a file that is not executable', command: '/etc/passwd', code: 126 },
  ])('B3: $what gives $code and says so', async ({ command, code }) => {
    const outcome = await runNs('run', '--all', '--', command)
    expect(outcome.code).toBe(code)
    expect(outcome.stderr).toMatch(/^ns: spawn /)
    expect(outcome.stderr).toContain(command)
  })

  test('B4: a failure of ours gives 125, and a message with a hint, without a stack', async () => {
    const outcome = await runNs('run', '--all', '--bind', '/nowhere:/mnt', '--', 'true')
    expect(outcome).toMatchObject({ code: 125, stdout: '' })
    expect(outcome.stderr).toMatch(
      /^ns: mount: open_tree\(.*"\/nowhere".*ENOENT, step \d+ of \d+\n {2}hint: .*\n$/,
    )
  })

  test.each([
    [['run', '--bogus', '--', 'true'], /--bogus/],
    [['run', 'true'], /behind '--'/],
    [['run', '--all', '--'], /a command is wanted/],
    [['run', '--hostname', 'a', '--hostname', 'b', '--', 'true'], /--hostname is given twice/],
    [['run', '--bind', '/usr', '--', 'true'], /--bind \/usr: SOURCE:TARGET/],
    [['run', '--join', 'foo=1', '--', 'true'], /--join foo=1/],
    [['run', '--uts', '--join', 'uts=1', '--', 'true'], /--uts .* --join uts/],
    [['run', '--user=me', '--', 'true'], /user\.map/],
    [['run', '--env', 'A', '--', 'true'], /--env A: NAME=VALUE/],
    [['run', '--start-timeout', 'soon', '--', 'true'], /--start-timeout soon/],
    [['fly'], /'fly' is no verb/],
    [[], /a verb is wanted/],
  ])('A7: %j is refused with 125 and named', async (args, message) => {
    const outcome = await runNs(...args)
    expect(outcome).toMatchObject({ code: 125, stdout: '' })
    expect(outcome.stderr).toMatch(message)
    expect(outcome.stderr).not.toMatch(/^\s+at /m)
  })
})

describe('the command', () => {
  test('B15: gets its words unchanged; one that is called --help is a program', async () => {
    const words = ['', ' a  b', '--all', '--', '$HOME', 'new\nline']
    const { stdout } = await runNs('run', '--', 'printf', '[%s]', ...words)
    expect(stdout).toBe(words.map((word) => `[${word}]`).join(''))
    const missing = await runNs('run', '--', '--help')
    expect(missing.code).toBe(127)
    expect(missing.stderr).toMatch(/spawn --help ENOENT/)
  })

  test.each(['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGUSR1'] as const)(
    'B10: %s sent to ns reaches it, and ns waits for it',
    async (signal) => {
      const name = signal.slice(3)
      const script = `trap 'echo ${name}; exit 15' ${name}; echo ready; while :; do sleep 0.05; done`
      const [file = '', ...args] = [...ns, 'run', '--all', '--', 'sh', '-c', script]
      const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] })
      let text = ''
      child.stdout.setEncoding('utf8').on('data', (chunk) => {
        text += chunk
      })
      while (text !== 'ready\n') await once(child.stdout, 'data')
      child.kill(signal)
      expect(await once(child, 'close')).toEqual([15, null])
      expect(text).toBe(`ready\n${name}\n`)
    },
  )
})

test('explain prints the system calls and runs nothing', async () => {
  const outcome = await runNs('explain', '--all', '--hostname', 'box', '--', '/nowhere/program')
  expect(outcome).toMatchObject({ code: 0, stderr: '' })
  expect(outcome.stdout).toMatch(/sethostname\("box", 3\)/)
  expect(outcome.stdout).toMatch(/execve\("\/nowhere\/program"/)
})

test('help names every verb, that of a verb its flags, --version the version', async () => {
  const { stdout, code } = await runNs('help')
  expect(code).toBe(0)
  for (const verb of ['run', 'explain', 'enter', 'ls', 'doctor', 'completion', 'man'])
    expect(stdout).toContain(`ns ${verb}`)
  const ofRun = await runNs('run', '--help')
  for (const type of types) expect(ofRun.stdout).toContain(`--${type}`)
  expect(ofRun.stdout).toContain('ns run --all -- sh')
  expect((await runNs('help', 'run')).stdout).toBe(ofRun.stdout)
  expect(await runNs('help', 'nonesuch')).toMatchObject({
    code: 125,
    stderr: expect.stringContaining("'nonesuch' is no verb of ns"),
  })
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  expect((await runNs('--version')).stdout).toBe(`${JSON.parse(manifest).version}\n`)
})

test('explain --json is the program as data', async () => {
  const { stdout, code } = await runNs('explain', '--json', '-U', '-u', '--', 'true', '--json')
  const { steps } = JSON.parse(stdout)
  expect(code).toBe(0)
  expect(steps[0]).toMatchObject({ number: 1, phase: 'arm', process: 0 })
  expect(steps.at(-1).phase).toBe('exec')
})

test.each(['help', 'ls', 'doctor', 'explain -- true'])(
  '%s: output that cannot be written is a failure of ns, in a line',
  async (line) => {
    const command = [...ns, ...line.split(' ')]
    const outcome = await execute(['sh', '-c', 'exec "$@" >/dev/full', 'sh', ...command])
    expect(outcome).toMatchObject({ code: 125, stdout: '' })
    expect(outcome.stderr).toMatch(/^(ns: partial.*\n)?ns: ENOSPC: .*\n$/)
  },
)
