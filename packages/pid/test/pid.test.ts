import { readFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { close, launch, Namespace, socketpair } from '@ns/syscalls'
import {
  asCaller,
  checkLeaks,
  describeNamespace,
  lane,
  ownMounts,
  running,
  shell,
  waitFor,
} from '@ns/testkit'
import { describe, expect, test } from 'vitest'
import {
  killAll,
  pid,
  processes,
  readLastPid,
  setLastPid,
  toHostPid,
  toInsidePid,
} from '../src/index.ts'

describeNamespace({ type: 'pid', create: () => pid(), join: (ref) => pid({ join: ref }) })
checkLeaks()

const ids = 'echo $$ $PPID'
/** The numbers that `/proc` lists, without the one that lists them. */
const list = 'ls /proc | grep "^[0-9]*$" | sort -n'

describe('with an init', () => {
  test("A16: the command is the init's child, under the number that its clone returned", async () => {
    const script = `${ids}; cat /proc/1/comm`
    const { stdout } = await shell(asCaller([ownMounts(), pid()]), script)
    const [own, parent, init] = stdout.split(/\s+/)
    expect(Number(own)).toBeGreaterThan(1)
    expect([parent, init]).toEqual(['1', 'ns-init'])
  })

  test('A16: from outside the init is 1 and the command what it calls itself', async () => {
    await using shellInside = await running(asCaller([pid()]))
    const [init, command, ...others] = processes(shellInside.pid)
    expect(init).toEqual({ pid: shellInside.pid, inside: 1, parent: 0, command: 'ns-init' })
    expect(command).toMatchObject({ command: 'sleep', parent: 1 })
    expect(others).toEqual([])
    const status = readFileSync(`/proc/${command?.pid}/status`, 'utf8')
    const numbers = status
      .match(/^NSpid:\s*(.*)$/m)?.[1]
      ?.split(/\s+/)
      .map(Number)
    expect(numbers).toEqual(expect.arrayContaining([command?.pid, command?.inside]))
  })

  test.each([
    ['exit 0', { exitCode: 0, signalCode: null }],
    ['exit 42', { exitCode: 42, signalCode: null }],
    ['exit 255', { exitCode: 255, signalCode: null }],
    ['kill -TERM $$', { exitCode: null, signalCode: 'SIGTERM' }],
    ['kill -KILL $$', { exitCode: null, signalCode: 'SIGKILL' }],
  ])("B1, B2: '%s' of the command is how it ended", async (script, exit) => {
    expect(await shell(asCaller([pid()]), script)).toMatchObject(exit)
  })

  test('B10: a signal for the init reaches the command', async () => {
    await using sleeper = await running(asCaller([pid()]))
    expect(sleeper.child.kill('SIGINT')).toBe(true)
    expect(await sleeper.child.exited).toMatchObject({ exitCode: null, signalCode: 'SIGINT' })
  })

  test('B10: so does each of those that somebody means the command with', async () => {
    const signals = ['TERM', 'HUP', 'INT', 'QUIT', 'USR1', 'USR2', 'WINCH', 'CONT', 'TSTP'] as const
    const script = `
      for (const name of process.argv.slice(1)) process.on('SIG' + name, () => console.log(name))
      process.stdin.resume().on('end', () => process.exit(7))
      console.log('ready')`
    const [mine, its] = socketpair()
    const fds = [its, its, its]
    const args = ['-e', script, ...signals]
    const child = launch(asCaller([pid()]), { file: process.execPath, args, fds })
    close(its)
    const socket = new Socket({ fd: mine, allowHalfOpen: true }).setEncoding('utf8')
    const lines = socket[Symbol.asyncIterator]()
    expect((await lines.next()).value).toBe('ready\n')
    for (const signal of signals) {
      expect(child.kill(`SIG${signal}`)).toBe(true)
      expect((await lines.next()).value).toBe(`${signal}\n`)
    }
    socket.end()
    expect(await child.exited).toMatchObject({ exitCode: 7, signalCode: null })
  })

  test('B17: SIGSTOP stops the command, not its init, and is no exit', async () => {
    await using sleeper = await running(asCaller([pid()]))
    const states = () =>
      processes(sleeper.pid).map(
        ({ pid }) => readFileSync(`/proc/${pid}/stat`, 'latin1').split(' ')[2],
      )
    expect(sleeper.child.kill('SIGSTOP')).toBe(true)
    await waitFor(() => states().join() === 'S,T')
    expect(sleeper.child.kill('SIGCONT')).toBe(true)
    await waitFor(() => states().join() === 'S,S')
    expect(sleeper.child.kill('SIGTERM')).toBe(true)
    expect(await sleeper.child.exited).toMatchObject({ signalCode: 'SIGTERM' })
  })

  test('B11: orphans are reaped, and the exit is that of the command', async () => {
    // The orphan's parent is gone at once; it has ended when its number is free again.
    const script = `
      orphan=$(sh -c 'sleep 0 >/dev/null & echo $!')
      until ! [ -e /proc/$orphan ]; do :; done
      grep -L "^State:.[^Z]" /proc/[0-9]*/status
      exit 7`
    const { stdout, exitCode } = await shell(asCaller([ownMounts(), pid()]), script)
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 7 })
  })

  test('nothing outlives the command', async () => {
    // Without the namespace's end this would wait for the sleepers, which hold the output.
    const { stdout } = await shell(asCaller([pid()]), 'sleep 600 & setsid sleep 600 & echo end')
    expect(stdout).toBe('end\n')
  })
})

describe("with an init that stays 'until-empty'", () => {
  const until = { init: 'until-empty' } as const

  test('B11: the exit is the command’s, and the others go on until they have ended', async () => {
    const { stdout, exitCode } = await shell(
      asCaller([pid(until)]),
      '(sleep 0.3; echo later) & setsid sh -c "sleep 0.1; echo last" & exit 5',
    )
    // Which of the two is the slower depends on the machine.
    expect(stdout.trim().split('\n').sort()).toEqual(['last', 'later'])
    expect(exitCode).toBe(5)
  })

  test('a signal after the exit is for all that are left', async () => {
    const command = { file: 'sh', args: ['-c', 'sleep 600 & setsid sleep 600 & exit 5'], fds: [] }
    await using shellInside = await running(asCaller([pid(until)]), command)
    const { child } = shellInside
    expect(await child.exited).toMatchObject({ exitCode: 5, signalCode: null })
    await waitFor(() => processes(child.pid).every(({ command }) => /ns-init|sleep/.test(command)))
    expect(processes(child.pid)).toHaveLength(3)
    expect(child.kill('SIGTERM')).toBe(true)
    await child.gone
    expect(child.kill('SIGTERM')).toBe(false)
  })

  test('a command that leaves nobody is the end of its init too', async () => {
    await using sleeper = await running(asCaller([pid(until)]))
    sleeper.child.kill('SIGTERM')
    expect(await sleeper.child.exited).toMatchObject({ exitCode: null, signalCode: 'SIGTERM' })
    await sleeper.child.gone
  })
})

describe('without an init', () => {
  test('A16: the command is 1 and has no parent', async () => {
    const { stdout, ready } = await shell(asCaller([pid({ init: false })]), ids)
    expect(stdout).toBe('1 0\n')
    expect(ready.warnings).toContainEqual(expect.stringMatching(/the command is PID 1/))
  })

  test('a signal that it does not handle ends it all the same, and one that it handles is delivered', async () => {
    await using sleeper = await running(asCaller([pid({ init: false })]))
    sleeper.child.kill('SIGTERM')
    expect(await sleeper.child.exited).toMatchObject({ signalCode: 'SIGKILL' })
    await using trapper = await running(asCaller([pid({ init: false })]), {
      file: process.execPath,
      args: ['-e', "process.on('SIGUSR2', () => process.exit(9)); setInterval(() => {}, 1000)"],
    })
    // Handled once the handler is there; before, it would be SIGKILL.
    const caught = () =>
      BigInt(
        `0x${readFileSync(`/proc/${trapper.pid}/status`, 'utf8').match(/^SigCgt:\s*(\S+)/m)?.[1]}`,
      )
    while ((caught() & (1n << 11n)) === 0n) await new Promise(setImmediate)
    trapper.child.kill('SIGUSR2')
    expect(await trapper.child.exited).toMatchObject({ exitCode: 9, signalCode: null })
  })
})

describe('/proc', () => {
  test('A16: with an own mount namespace it lists only the own processes', async () => {
    const { stdout, ready } = await shell(asCaller([ownMounts(), pid()]), `echo $$; ${list}; :`)
    const [own, ...listed] = stdout.trim().split('\n').map(Number)
    expect(listed.slice(0, 2)).toEqual([1, own])
    expect(listed.length).toBeLessThanOrEqual(5) // ls, grep and sort beside
    expect(listed).not.toContain(process.pid)
    expect(ready.warnings.filter((warning) => warning.includes('/proc'))).toEqual([])
  })

  test('without one it is the caller’s, and `ready` warns of it', async () => {
    const { stdout, ready } = await shell(asCaller([pid()]), list)
    expect(stdout.split('\n')).toContain(`${process.pid}`)
    expect(ready.warnings).toContainEqual(expect.stringMatching(/add a mount namespace/))
  })

  test('stays the caller’s where `proc: false` asks for it', async () => {
    const { stdout } = await shell(asCaller([ownMounts(), pid({ proc: false })]), list)
    expect(stdout.split('\n')).toContain(`${process.pid}`)
  })

  test('is nosuid, nodev and noexec', async () => {
    const { stdout } = await shell(
      asCaller([ownMounts(), pid()]),
      'grep " /proc " /proc/self/mountinfo | tail -n 1 | cut -d " " -f 6',
    )
    expect(stdout.trim().split(',')).toEqual(expect.arrayContaining(['nosuid', 'nodev', 'noexec']))
  })
})

describe('one that is joined', () => {
  test('its processes are seen, and the command is one of them', async () => {
    await using sleeper = await running(asCaller([pid()]))
    const contributions = asCaller([pid({ join: sleeper.pid })], sleeper.pid)
    await using joiner = await running(contributions)
    expect(processes(sleeper.pid)).toContainEqual({
      pid: joiner.pid,
      inside: expect.any(Number),
      parent: 0,
      command: 'sleep',
    })
    expect((await shell(contributions, ids)).stdout).toMatch(/^\d+ 0\n$/)
  })

  test('who joins ends with its init', async () => {
    await using sleeper = await running(asCaller([pid()]))
    await using joiner = await running(asCaller([pid({ join: sleeper.pid })], sleeper.pid))
    sleeper.child.kill('SIGKILL')
    expect(await joiner.child.exited).toMatchObject({ exitCode: null, signalCode: 'SIGKILL' })
  })
})

describe('processes', () => {
  test('those of namespaces below are not listed', async () => {
    const nested = 'unshare --user --pid --fork sleep 600 & echo $!; wait'
    await using outer = await running(asCaller([pid()]), {
      file: 'sh',
      args: ['-c', nested],
      fds: [],
    })
    const commands = () => processes(outer.pid).map(({ command }) => command)
    while (!commands().includes('unshare')) await new Promise(setImmediate)
    expect(commands()).toEqual(['ns-init', 'sh', 'unshare'])
  })

  test('of our own namespace this one is listed', () => {
    expect(processes(0)).toContainEqual(expect.objectContaining({ pid: process.pid }))
  })

  test('of what is no pid namespace are refused', () => {
    expect(() => processes('/proc/self/ns/uts')).toThrow(
      expect.objectContaining({ code: 'ERR_NS_NOT_A_NAMESPACE', namespace: 'pid' }),
    )
  })
})

describe('the last pid', () => {
  test('of a start: the command has the number after it', async () => {
    expect((await shell(asCaller([pid({ lastPid: 41 })]), 'echo $$')).stdout).toBe('42\n')
  })

  test('of a running one is read, without the one that reads it, and set', async () => {
    await using sleeper = await running(asCaller([pid({ lastPid: 299 })]))
    const options = lane === 'root' ? {} : { user: sleeper.pid }
    expect(await readLastPid(sleeper.pid, options)).toBe(300)
    await setLastPid(sleeper.pid, 4000, options)
    const contributions = asCaller([pid({ join: sleeper.pid })], sleeper.pid)
    expect((await shell(contributions, 'echo $$')).stdout).toBe('4001\n')
  })

  test('of our own is read', async () => {
    const last = await readLastPid(0)
    await using sleeper = await running([])
    expect(sleeper.pid).toBeGreaterThan(last)
  })
})

test('numbers are translated both ways', async () => {
  await using sleeper = await running(asCaller([pid()]))
  const command = processes(sleeper.pid)[1]
  expect(toHostPid(sleeper.pid, command?.inside ?? 0)).toBe(command?.pid)
  expect(toInsidePid(sleeper.pid, command?.pid ?? 0)).toBe(command?.inside)
  expect(toHostPid(sleeper.pid, 1)).toBe(sleeper.pid)
  expect(toInsidePid(sleeper.pid, process.pid)).toBeUndefined()
})

test('all are ended through PID 1, joined ones too; our own namespace is refused', async () => {
  await using sleeper = await running(asCaller([pid()]))
  await using joiner = await running(asCaller([pid({ join: sleeper.pid })], sleeper.pid))
  using namespace = Namespace.open('pid', sleeper.pid)
  expect(killAll(namespace)).toBe(true)
  expect(await sleeper.child.exited).toMatchObject({ signalCode: 'SIGKILL' })
  expect(await joiner.child.exited).toMatchObject({ signalCode: 'SIGKILL' })
  expect(killAll(namespace)).toBe(false)
  expect(() => killAll(0)).toThrow(expect.objectContaining({ code: 'ERR_NS_INVALID_OPTION' }))
})

describe('refused before anything exists', () => {
  test.each([
    [{ join: 1, init: true }, /pid\.join:.*leave out init/],
    [{ join: 1, proc: false }, /pid\.join/],
    [{ pidOne: true }, /unknown option pidOne; known: init, proc, lastPid, join/],
    [{ lastPid: 0 }, /pid\.lastPid: a pid from 1/],
    [{ join: 1, lastPid: 5 }, /leave out lastPid/],
    [{ init: 'no' }, /pid\.init/],
    [{ proc: 1 }, /pid\.proc/],
  ])('A7: %o', (options, message) => {
    expect(() => pid(options as never)).toThrow(
      expect.objectContaining({
        code: 'ERR_NS_INVALID_OPTION',
        namespace: 'pid',
        message: expect.stringMatching(message),
      }),
    )
  })

  test('A7: a new /proc without an own mount namespace, which would be the host’s', async () => {
    await expect(shell(asCaller([pid({ proc: true })]), ':')).rejects.toMatchObject({
      code: 'ERR_NS_INVALID_OPTION',
      message: expect.stringMatching(/pid\.proc:.*add mount/),
    })
  })
})
