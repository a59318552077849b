import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ns } from './support/ns.ts'
import { Terminal } from './support/terminal.ts'

const shell = ['bash', '--norc', '-i']

describe.each([
  ['in a terminal of its own', []],
  ['with --no-pty', ['--no-pty']],
])('%s', (_, flags) => {
  test('bash in namespaces of its own has job control: it warns of nothing', async () => {
    await using terminal = new Terminal([...ns, 'run', ...flags, '--all', '--', ...shell])
    terminal.type('echo pid $$; set -o | grep monitor\r')
    await terminal.see(/pid 2\r\n/)
    await terminal.see(/monitor\s+on/)
    terminal.type('exit 7\r')
    expect(await terminal.exitCode()).toBe(7)
    expect(terminal.screen).not.toMatch(/job control|cannot set terminal/)
  })

  test('^C ends the program in the foreground, not the shell that runs it', async () => {
    await using terminal = new Terminal([...ns, 'run', ...flags, '--all', '--', ...shell])
    terminal.type('sh -c "echo rea\\dy; exec sleep 1000"\r')
    await terminal.see(/ready\r\n/)
    terminal.type('\x03')
    await terminal.see(/\^C/)
    terminal.type('echo status $?\r')
    await terminal.see(/status 130\r\n/)
    terminal.type('exit\r')
    expect(await terminal.exitCode()).toBe(0)
  })

  test('^Z stops the program in the foreground and fg goes on with it', async () => {
    await using terminal = new Terminal([...ns, 'run', ...flags, '--all', '--', ...shell])
    terminal.type('sh -c "echo rea\\dy; read line; echo got \\$line"\r')
    await terminal.see(/ready\r\n/)
    terminal.type('\x1a')
    await terminal.see(/Stopped.*\r\n\$ /) // before its prompt bash may drop what is typed
    terminal.type('fg\r')
    await terminal.see(/fg\r\nsh -c.*\r\n/)
    terminal.type('something\r')
    await terminal.see(/got something\r\n/)
    terminal.type('exit 3\r')
    expect(await terminal.exitCode()).toBe(3)
  })

  test('after a shell with job control inside, the terminal is back with whoever started ns', async () => {
    const inner = [...ns, 'run', ...flags, '--all', '--', ...shell].join(' ')
    await using terminal = new Terminal([
      'sh',
      '-c',
      `${inner}; echo rea""dy; read line; echo "got $line"`,
    ])
    terminal.type('exit\r')
    await terminal.see(/ready\r\n/)
    terminal.type('something\r')
    await terminal.see(/got something\r\n/)
    expect(await terminal.exitCode()).toBe(0)
  })
  test('^C reaches a command that is no shell once, and ns waits for it', async () => {
    const script =
      "trap 'n=$((n+1)); echo INT $n' INT; trap 'echo USR1' USR1; echo ready; while ! read line; do :; done; exit 9"
    const run = ['exec', ...ns, 'run', ...flags, '--all', '--', 'bash', '-c', '"$0"'].join(' ')
    await using terminal = new Terminal(['sh', '-c', `echo ns is $$; ${run}`, script])
    const pid = Number((await terminal.see(/ns is \d+/)).slice('ns is '.length))
    await terminal.see(/ready\r\n/)
    terminal.type('\x03')
    await terminal.see(/INT 1\r\n/)
    // Takes the way on which a second one would come, behind it.
    process.kill(pid, 'SIGUSR1')
    await terminal.see(/USR1\r\n/)
    terminal.type('go\r')
    expect(await terminal.exitCode()).toBe(9)
    expect(terminal.screen).not.toContain('INT 2')
  })
})

test('with --no-pty ^Z stops ns together with its command, and fg of the outer shell goes on with both', async () => {
  await using terminal = new Terminal(shell)
  const command = [...ns, 'run', '--no-pty', '--all', '--', 'sh', '-c'].join(' ')
  terminal.type(`${command} 'echo rea""dy; read line; echo got $line'\r`)
  await terminal.see(/ready\r\n/)
  terminal.type('\x1a')
  await terminal.see(/Stopped.*\r\n\$ /) // before its prompt bash may drop what is typed
  terminal.type('fg\r')
  await terminal.see(/fg\r\n.*ns\.[tj]s run.*\r\n/)
  terminal.type('something\r')
  await terminal.see(/got something\r\n/)
  terminal.type('exit 3\r')
  expect(await terminal.exitCode()).toBe(3)
})

test('the size of the terminal, and its change, reach the command', async () => {
  const script =
    'stty size; trap "stty size; exit 4" WINCH; echo rea""dy; while :; do sleep 0.01; done'
  const run = `${ns.join(' ')} run --all -- sh -c '${script}'`
  const line = `tty=$(tty); stty cols 100 rows 30; (read x <$0; stty -F $tty cols 120 rows 40) & ${run}`
  const fifo = join(mkdtempSync(join(tmpdir(), 'ns-cli-')), 'go')
  execFileSync('mkfifo', [fifo])
  await using terminal = new Terminal(['sh', '-c', line, fifo])
  await terminal.see(/30 100\r\nready\r\n/)
  writeFileSync(fifo, '\n')
  await terminal.see(/40 120\r\n/)
  expect(await terminal.exitCode()).toBe(4)
  rmSync(dirname(fifo), { recursive: true })
})

test.each([
  ['exits', 'exit 3', 3],
  ['is killed', 'kill -KILL $$', 137],
  ['is not found', '', 127],
])('the terminal is as before when the command %s', async (_, script, code) => {
  const command = script ? `sh -c '${script}'` : '/no/such/program'
  const run = `${ns.join(' ')} run --all -- ${command}; echo code $?`
  const compare = `before=$(stty -g); ${run}; test "$before" = "$(stty -g)" && echo the sa""me`
  await using terminal = new Terminal(['sh', '-c', compare])
  await terminal.see(new RegExp(`code ${code}\\r\\n`))
  await terminal.see(/the same\r\n/)
})

test('the terminal is as before when ns is ended by a signal, and the command with it', async () => {
  const compare = `before=$(stty -g); sh -c 'echo ns is $$; exec "$@"' sh ${ns.join(' ')} run --all -- sh -c 'echo rea""dy; exec sleep 1000'; echo code $?; test "$before" = "$(stty -g)" && echo the sa""me`
  await using terminal = new Terminal(['sh', '-c', compare])
  const pid = Number((await terminal.see(/ns is \d+/)).slice('ns is '.length))
  await terminal.see(/ready\r\n/)
  process.kill(pid, 'SIGTERM')
  await terminal.see(/code 143\r\n/)
  await terminal.see(/the same\r\n/)
})
