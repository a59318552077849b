import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { checkLeaks, lane, waitFor } from '@ns/testkit'
import { describe, expect, test } from 'vitest'
import { explain, run, spawn, spawnSync } from '../src/index.ts'

checkLeaks()

const kinds = [
  ['without namespaces', undefined],
  ['with an init', { user: { map: 'root' }, pid: true, mount: true }],
  ['as PID 1', { user: { map: 'root' }, pid: { init: false }, mount: true }],
] as const

describe.each(kinds)("stdio: 'pty' %s", (_, namespaces) => {
  /** A shell, and what its terminal shows. */
  function shell(...args: string[]) {
    const options = { namespaces, stdio: 'pty', pty: { cols: 100, rows: 30 } } as const
    const child = spawn('bash', ['--norc', ...args], {
      ...options,
      env: { ...process.env, TERM: 'dumb', PS1: '$ ', HISTFILE: '' },
    })
    let screen = ''
    child.pty?.on('data', (data) => {
      screen += data
    })
    const type = (keys: string) => child.pty?.write(keys)
    return { child, type, see: (text: RegExp) => waitFor(() => text.test(screen), 20_000) }
  }

  test('is a terminal of that size, which the command controls, and a new size is a SIGWINCH', async () => {
    const script =
      'stty size; trap "stty size; exit 7" WINCH; tty <&1 >/dev/null; : >/dev/tty && echo mine; while :; do sleep 0.01; done'
    const { child, see } = shell('-c', script)
    await see(/30 100\r\n[\s\S]*mine\r\n/)
    child.pty?.resize(120, 40)
    await see(/40 120\r\n/)
    expect(await child.exited).toMatchObject({ exitCode: 7, signalCode: null })
    await child.closed
    child.pty?.resize(1, 1) // gone: nobody is told
  })

  test('job control works: ^C ends, ^Z stops, fg goes on', async () => {
    const { child, type, see } = shell('-i')
    type('sh -c "echo rea\\dy 1; exec sleep 1000"\r')
    await see(/ready 1\r\n/)
    type('\x03')
    await see(/\^C[\s\S]*\$ /)
    type('echo status $?\r')
    await see(/status 130\r\n/)
    type('sh -c "echo rea\\dy 2; read line; echo got \\$line"\r')
    await see(/ready 2\r\n/)
    type('\x1a')
    await see(/Stopped/)
    type('fg\r')
    await see(/fg\r\nsh -c[^\n]*\n/)
    type('something\r')
    await see(/got something\r\n/)
    type('exit 3\r')
    expect(await child.exited).toMatchObject({ exitCode: 3 })
    await child.closed
  })

  test('what is typed by TIOCSTI lands in it', async () => {
    const { child, see } = shell(
      '-c',
      `${attack}; echo attacked; read -t 20 line; echo "got $line"`,
    )
    const mayAlways = lane === 'root' && namespaces === undefined // CAP_SYS_ADMIN on the machine
    await see(isPossible || mayAlways ? /attacked\r\n[\s\S]*got Z\r\n/ : /refused[\s\S]*attacked/)
    child.kill('SIGKILL')
    await child.closed
  })
})

/** Since Linux 6.2 a machine may refuse it to all but its root. */
const setting = '/proc/sys/dev/tty/legacy_tiocsti'
const isPossible = !existsSync(setting) || readFileSync(setting, 'utf8').trim() === '1'

/** Types `Z` and return into the terminal that is stdin. */
const attack = `perl -e 'for (split //, "Z\\n") { ioctl(STDIN, 0x5412, $_) or print "refused: $!\\n" }'`

test('all that was printed is read, and end() is an end of input', async () => {
  const { stdout } = await run('seq', ['20000'], { stdio: 'pty' })
  expect(stdout.split('\r\n')).toHaveLength(20_001)
  const child = spawn('cat', [], { stdio: 'pty' })
  child.pty?.end('typed\n')
  expect(await child.exited).toMatchObject({ exitCode: 0 })
  await child.closed
})

test('a mebibyte that is typed faster than it is read arrives whole', async () => {
  const script = 'stty raw -echo; echo ready; head -c 1048576 | wc -c'
  const child = spawn('sh', ['-c', script], { stdio: 'pty' })
  let screen = ''
  child.pty?.on('data', (data) => {
    screen += data
    if (/^ready\r?\n$/.test(screen)) child.pty?.write(Buffer.alloc(1 << 20, 'x'))
  })
  await child.closed
  expect(screen).toMatch(/ready\r?\n1048576\s/)
})

test('a start that fails closes it', async () => {
  const child = spawn('/no/such/program', [], { stdio: 'pty' })
  const [error] = await once(child, 'error')
  expect(error).toMatchObject({ code: 'ENOENT' })
  await child.closed
})

test('a size that is none, or without a terminal, is refused', () => {
  expect(() => spawn('true', [], { stdio: 'pty', pty: { cols: 0, rows: 1 } })).toThrow(/pty.cols/)
  expect(() => spawn('true', [], { pty: { cols: 80, rows: 24 } })).toThrow(/add stdio/)
})

test('for a caller that blocks, or has all of its input, it is refused by name', async () => {
  const reason = /'pty'.*while the program runs|while the program runs.*'pty'/
  expect(() => spawnSync('true', [], { stdio: 'pty' })).toThrow(reason)
  expect(() => spawnSync('true', [], { stdio: ['pty', 'pipe', 'pipe'] })).toThrow(reason)
  await expect(run('true', [], { stdio: 'pty', input: 'typed' })).rejects.toThrow(reason)
})

test('explain shows the session and the terminal, by its number in the command', () => {
  const steps = (stdio: 'pty' | ['pipe', 'pipe', 'pty']) =>
    explain('true', [], { stdio }).steps.map(({ text }) => text)
  expect(steps('pty')).toEqual(expect.arrayContaining(['setsid()', 'ioctl(0, TIOCSCTTY, 0)']))
  expect(steps(['pipe', 'pipe', 'pty'])).toContain('ioctl(2, TIOCSCTTY, 0)')
})

test("CVE-2017-5226: with a namespace and the caller's terminal, TIOCSTI is refused", async () => {
  // The caller is a Node in a terminal of its own.
  const script = `
    import { spawn } from '@ns/spawn'
    const child = spawn('sh', ['-c', process.argv[1]], { stdio: 'inherit', session: process.argv[2] ? false : undefined, namespaces: { uts: true } })
    await child.exited
    console.log('ended')
    process.stdin.on('data', (typed) => { console.log('typed', String(typed).trim()); process.exit() })`
  for (const shared of ['', 'shared']) {
    const args = ['--conditions=@ns/source', '--input-type=module', '-e', script, attack, shared]
    const child = spawn(process.execPath, args, { stdio: 'pty', cwd: import.meta.dirname })
    let screen = ''
    child.pty?.on('data', (data) => {
      screen += data
    })
    await waitFor(() => screen.includes('ended'), 20_000)
    child.pty?.write('me\n')
    await child.closed
    if (shared && isPossible)
      expect(screen).toContain('typed Z') // the attack can succeed
    else expect(screen).toMatch(/refused: [\s\S]*refused: [\s\S]*ended[\s\S]*typed me/)
  }
})
