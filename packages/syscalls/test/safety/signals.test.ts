import { execFileSync } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { rounds, slower } from '@ns/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mount } from '../../../mount/src/index.ts'
import { pid } from '../../../pid/src/index.ts'
import { user } from '../../../user/src/index.ts'
import { uts } from '../../../uts/src/index.ts'
import { type Contribution, launch } from '../../src/index.ts'
import { Program } from './support/node.ts'
import { childrenOf, openFds, type Process, readProcess, until } from './support/processes.ts'

let quiet: number
beforeAll(async () => {
  quiet = openSync('/dev/null', 'r+')
  await launch([], { file: '/bin/true' }).exited // what a process opens once
})
afterAll(() => closeSync(quiet))

const factories = { user, uts, mount, pid }
const scenes: [string, Contribution[], (keyof typeof factories)[]][] = [
  [
    'root of its own user namespace',
    [user({ map: 'root' }), uts(), mount(), pid()],
    ['user', 'uts', 'mount', 'pid'],
  ],
  [
    'an ordinary user in its own user namespace',
    [user(), uts(), mount(), pid()],
    ['user', 'uts', 'mount', 'pid'],
  ],
]
if (process.getuid?.() === 0)
  scenes.push(['root without a user namespace', [uts(), mount(), pid()], ['uts', 'mount', 'pid']])

describe.each(scenes)('%s', (_, sandbox, types) => {
  test.each(['STOP', 'KILL'])(
    'kill -%s -1 in a loop: every start ends or fails by its deadline',
    async (signal) => {
      const before = { fds: openFds(), children: childrenOf(process.pid) }
      let ticks = 0
      const ticking = setInterval(() => ticks++, 1)
      // Everyone but itself and its init. Never outside: that would be everyone on this machine.
      const loop = `read name </proc/1/comm; [ "$name" = ns-init ] || exit 9; while :; do kill -${signal} -1; done`
      const fds = [quiet, quiet, quiet]
      const attacker = launch(sandbox, { file: '/bin/sh', args: ['-c', loop], fds })
      await attacker.started

      const outcomes: string[] = []
      const startOne = async (contributions: Contribution[]) => {
        const child = launch(
          contributions,
          { file: '/bin/true', fds },
          { startTimeout: 500 * slower },
        )
        try {
          await child.started
          outcomes.push('started')
          child.kill('SIGKILL') // stopped after its exec, it would stay so
          await child.exited
        } catch (error) {
          outcomes.push((error as NodeJS.ErrnoException).code as string)
        }
      }
      const ticksBefore = ticks
      const failed = () => outcomes.filter((outcome) => outcome !== 'started')
      let round = 0
      for (; round < rounds(10) || (failed().length === 0 && round < 200); round++)
        await Promise.all([
          ...Array.from({ length: 4 }, () =>
            startOne(types.map((type) => factories[type]({ join: attacker.pid }))),
          ),
          startOne([...sandbox]),
        ])
      expect(ticks).toBeGreaterThan(ticksBefore)
      expect(outcomes).toHaveLength(5 * round)
      expect(outcomes.length - failed().length).toBeGreaterThanOrEqual(round) // those beside the sandbox
      const expected = signal === 'STOP' ? 'ERR_NS_TIMEOUT' : 'ERR_NS_SETUP'
      expect(new Set(failed())).toEqual(new Set([expected]))

      clearInterval(ticking)
      attacker.kill('SIGKILL')
      await attacker.exited
      expect(childrenOf(process.pid)).toEqual(before.children)
      expect(openFds()).toEqual(before.fds)
    },
  )
})

test('B12: a caller that was started with signals ignored and blocked hands down neither', () => {
  const fixture = fileURLToPath(new URL('fixtures/told.ts', import.meta.url))
  const node = [process.execPath, '--conditions=@ns/source', fixture]
  const deaf = ['--ignore-signal=CHLD,PIPE,TERM,USR1', '--block-signal']
  const told = execFileSync('env', [...deaf, ...node], { encoding: 'utf8' })
  const none = '0'.repeat(16)
  const child = `SigBlk:\t${none}\nSigIgn:\t${none}\nexit 42\n`
  expect(told).toBe(child + child)
})

describe('SIGSTOP of a start in its middle', () => {
  const scale = Math.ceil(slower / 4) // as in the fixture
  const stop = async (program: Program, isFound: (child: Process) => boolean) => {
    const child = await until(() => childrenOf(program.pid).find(isFound))
    process.kill(child.pid, 'SIGSTOP')
    await until(() => readProcess(child.pid)?.state === 'T')
    return child
  }

  test('the event loop goes on and the start fails by its deadline', async () => {
    await using program = new Program('slow-start.ts', 'protected')
    // Once it is the launcher. Whoever can stop it before that sees Node itself, and could stop that.
    await stop(program, ({ name }) => name !== readProcess(program.pid)?.name)
    const before = program.lines.length
    await until(() => program.said('ERR_NS_TIMEOUT') !== undefined)
    expect(program.lines.slice(before)).toContain('tick')
    expect(childrenOf(program.pid)).toEqual([])
  })

  test('the event loop stands still where the start walks the plan in the memory of Node', async () => {
    await using program = new Program('slow-start.ts', 'unprotected')
    const child = await stop(program, () => true)
    await sleep(100) // what it had printed before
    const before = program.output
    await sleep(2000 * scale) // twice the step that it was in, and more than the deadline
    expect(program.output).toBe(before)
    process.kill(child.pid, 'SIGKILL')
  })
})
