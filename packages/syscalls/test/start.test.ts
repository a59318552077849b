import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { slower } from '@ns/testkit'
import { afterAll, describe, expect, test } from 'vitest'
import { attempt } from '../src/calls/result.ts'
import { launch, O, type Slot, SyscallError, step } from '../src/index.ts'
import { startProgram } from '../src/process/launch.ts'
import { childrenOf } from './safety/support/processes.ts'
import { Directory } from './support/files.ts'
import { fresh, rootInside } from './support/namespaces.ts'
import { failure, run } from './support/run.ts'

const directory = new Directory()
afterAll(() => directory[Symbol.dispose]())

/** What runs the tests may have some too. */
const children = () => childrenOf(process.pid).map(({ pid }) => pid)

test('a child that the event source has no room for is gone, and nothing of it is watched', () => {
  const others = children()
  const watched = new Set<number>()
  const watch = (fd: number) => {
    if (watched.size === 1) throw new SyscallError(constants.errno.ENOSPC, 'epoll_ctl')
    watched.add(fd)
    return { ref: () => {}, unref: () => {}, close: () => void watched.delete(fd) }
  }
  const loop = { isBlocking: false, watch, after: () => () => {} }
  const start = () => launch([rootInside()], { file: '/bin/sleep', args: ['60'] }, { loop })
  expect(start).toThrow('ENOSPC')
  expect(watched.size).toBe(0)
  expect(children()).toEqual(others)
})

describe('startTimeout', () => {
  test('a caller who is busy for longer finds what was started in time', async () => {
    const child = launch([rootInside()], { file: '/bin/true' }, { startTimeout: 50 })
    spawnSync('sleep', ['1'])
    expect(await child.exited).toMatchObject({ exitCode: 0 })
  })

  test('a step that hangs is named, and the child is gone when that is said', async () => {
    const hang = step('ppoll', [0, 0, 0, 0, 0])
    const child = startProgram(
      [rootInside()],
      { file: '/bin/true', cwd: '/' },
      {
        startTimeout: 50,
        rewrite: ({ phase, step }) => (phase === 'cwd' ? hang : step),
      },
    )
    await expect(child.started).rejects.toMatchObject({
      code: 'ERR_NS_TIMEOUT',
      message: expect.stringMatching(/longer than 50 ms: .*chdir\("\/"\), step \d+ of \d+ \(cwd\)/),
    })
    await expect(child.exited).rejects.toMatchObject({ code: 'ERR_NS_TIMEOUT' })
    expect(child.kill()).toBe(false)
    expect(readdirSync('/proc')).not.toContain(`${child.pid}`)
  })

  test('a child that was stopped before its launcher could name it is gone too', async () => {
    const others = children()
    let forked: Slot | undefined
    const child = startProgram(
      [rootInside(), fresh('time')],
      { file: '/bin/true' },
      {
        timeByFork: true,
        rewrite: ({ step: own }) => {
          if (own.call === 'clone') forked = own.result
          if (own.call !== 'sendmsg' || forked === undefined) return own
          return step('kill', [forked, constants.signals.SIGSTOP])
        },
      },
    )
    await expect(child.started).rejects.toMatchObject({ code: 'ERR_NS_SETUP' })
    expect(children()).toEqual(others)
  })

  test('a FIFO that nobody writes to is such a step', async () => {
    const fifo = directory.at('fifo')
    spawnSync('mkfifo', [fifo])
    const opens = rootInside((plan) => plan.in('mapped').call('openat', [-100, fifo, O.RDONLY]))
    const child = launch([opens], { file: '/bin/true' }, { startTimeout: 50 })
    await expect(child.started).rejects.toMatchObject({
      code: 'ERR_NS_TIMEOUT',
      message: expect.stringContaining(fifo),
    })
  })

  test('a command that runs longer is no start that does', async () => {
    const child = launch(
      [],
      { file: '/bin/sleep', args: [`${0.2 * slower}`] },
      { startTimeout: 100 * slower },
    )
    expect(await child.exited).toMatchObject({ exitCode: 0 })
  })

  test('a parent part that never ends is one, and one that throws is the error', async () => {
    const never = { ...rootInside(), parent: () => new Promise<void>(() => {}) }
    const child = launch([never], { file: '/bin/true' }, { startTimeout: 50 })
    await expect(child.started).rejects.toThrow(/read\(<status>, .* \(parked\)/)
    const reason = new Error('no')
    const throws = { ...rootInside(), parent: () => Promise.reject(reason) }
    expect(await failure({ file: '/bin/true' }, [throws])).toBe(reason)
  })
})

test('`release` is called once for each start, after a success and after a failure', async () => {
  const released: string[] = []
  const counting = (name: string) => ({ ...rootInside(), release: () => void released.push(name) })
  await run({ file: '/bin/true' }, [counting('success')])
  await failure({ file: '/no/such' }, [counting('failure')])
  expect(released).toEqual(['success', 'failure'])
})

test('a `release` that throws keeps none of the others from running; `exited` rejects with it', async () => {
  const reason = new Error('cannot be undone')
  const throwing = {
    ...rootInside(),
    release: () => {
      throw reason
    },
  }
  let released = 0
  const child = launch([throwing, { ...fresh('uts'), release: () => void released++ }], {
    file: '/bin/true',
  })
  await child.started
  await expect(child.exited).rejects.toBe(reason)
  expect(released).toBe(1)
})

describe('B12: signals inside', () => {
  const command = { file: '/bin/cat', args: ['/proc/self/status'] }
  const masks = (stdout: string) =>
    Object.fromEntries(
      [...stdout.matchAll(/^Sig(Blk|Ign|Cgt):\s*(\S+)$/gm)].map(([, key, mask]) => [
        key,
        BigInt(`0x${mask}`),
      ]),
    )
  const none = { Blk: 0n, Ign: 0n, Cgt: 0n }

  test('have default dispositions, and none is blocked', async () => {
    expect(masks((await run(command)).stdout)).toEqual(none)
    expect(masks((await run(command, [rootInside(), fresh('uts')])).stdout)).toEqual(none)
  })

  test('also when this process ignores some and blocks others', async () => {
    const { SIGUSR2, SIGWINCH, SIGTERM, SIGXFSZ } = constants.signals
    const ignored = [SIGUSR2, SIGWINCH, SIGXFSZ, 40]
    const saved = ignored.map((signal) => setDisposition(signal, ignore()))
    const mask = Buffer.alloc(8)
    mask.writeBigUInt64LE((1n << BigInt(SIGTERM - 1)) | (1n << 40n))
    attempt('rt_sigprocmask', 0, mask, null, 8) // SIG_BLOCK
    try {
      const own = masks(readFileSync('/proc/thread-self/status', 'utf8'))
      expect((own.Ign as bigint) & (1n << BigInt(SIGUSR2 - 1))).not.toBe(0n)
      expect((own.Blk as bigint) & (1n << BigInt(SIGTERM - 1))).not.toBe(0n)
      expect(masks((await run(command)).stdout)).toEqual(none)
      expect(masks(readFileSync('/proc/thread-self/status', 'utf8'))).toEqual(own)
    } finally {
      attempt('rt_sigprocmask', 1, mask, null, 8) // SIG_UNBLOCK
      for (const [i, signal] of ignored.entries()) setDisposition(signal, saved[i] as Buffer)
    }
  })

  test('a Node that was started with SIGCHLD ignored still learns the exit', () => {
    const script = `
      import { launch } from '${join(import.meta.dirname, '../src/index.ts')}'
      const child = launch([], { file: '/bin/sh', args: ['-c', 'exit 42'] })
      console.log((await child.exited).exitCode)`
    const node = [process.execPath, '--input-type=module', '-e']
    const { stdout, stderr } = spawnSync(
      '/bin/sh',
      ['-c', 'trap "" CHLD; exec "$@"', 'sh', ...node, script],
      { encoding: 'utf8' },
    )
    expect(stdout, stderr).toBe('42\n')
  })
})

/** `struct sigaction` of the kernel with SIG_IGN. */
function ignore(): Buffer {
  const action = Buffer.alloc(32)
  action.writeBigUInt64LE(1n)
  return action
}

/** Returns the one before. */
function setDisposition(signal: number, action: Buffer): Buffer {
  const before = Buffer.alloc(32)
  expect(attempt('rt_sigaction', signal, action, before, 8)).toBe(0)
  return before
}
