import { execFile, execFileSync } from 'node:child_process'
import { promisify } from 'node:util'
import { rounds, slower } from '@ns/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Directory } from '../support/files.ts'
import { bundle } from './support/bundle.ts'
import { compile } from './support/compile.ts'
import { Program } from './support/node.ts'
import { isRunning, uniqueSleep, until, withArgument } from './support/processes.ts'

const directory = new Directory()
let reaper: string
let victim: readonly string[]
// Hundreds of programs that need not be compiled each.
const patience = { PATIENCE_MS: `${5000 * slower}` }
const env = { ...process.env, ...patience, NODE_COMPILE_CACHE: directory.at('cache') }
beforeAll(async () => {
  reaper = compile('reaper', directory)
  victim = [process.execPath, await bundle('victim', directory)]
  execFileSync(process.execPath, [...victim.slice(1), 'warm'], { env })
}, 60_000 * slower)
afterAll(() => directory[Symbol.dispose]())

const half = rounds(100)

async function killAll(rounds: number, seed: number, kind: string) {
  const args = [
    `${rounds}`,
    `${seed}`,
    kind === 'detached' ? '1' : `${60_000 * slower}`,
    ...victim,
    kind,
  ]
  const { stdout, stderr } = await promisify(execFile)(reaper, args, { env })
  return { ...JSON.parse(stdout), stderr }
}

describe('B7: SIGKILL of Node at random moments of starts', () => {
  test(`${2 * half} kills leave no survivor`, { timeout: 120_000 * slower }, async () => {
    const seed = Math.floor(Math.random() * 1e6)
    const both = await Promise.all([killAll(half, seed, 'all'), killAll(half, seed + 1, 'all')])
    for (const { survivors, left, stderr } of both) {
      expect({ survivors, stderr }, `seed ${seed}`).toEqual({ survivors: 0, stderr: '' })
      expect(left).toBeGreaterThanOrEqual(half) // orphans: at least one each time
    }
  })

  test(`${2 * half} kills of a process whose Worker starts sandboxes with an init leave no survivor`, {
    timeout: 600_000 * slower,
  }, async () => {
    const seed = Math.floor(Math.random() * 1e6)
    const both = await Promise.all([
      killAll(half, seed, 'worker'),
      killAll(half, seed + 1, 'worker'),
    ])
    for (const { survivors, left, stderr } of both) {
      expect({ survivors, stderr }, `seed ${seed}`).toEqual({ survivors: 0, stderr: '' })
      expect(left).toBeGreaterThanOrEqual(half)
    }
  })

  // Threads end one after the other: the main one may be gone, and its children told, while another has all fds open still.
  test.each(['direct', 'init', 'pid-one'])(
    '%s: Node’s fds that outlive its main thread keep no start alive that was not armed yet',
    async (kind) => {
      await using program = new Program('outlived.ts', kind, uniqueSleep())
      const started = Number(await until(() => program.said('started')))
      const holder = Number(program.said('holder'))
      try {
        program.process.kill('SIGKILL')
        await until(() => !isRunning(started))
        expect(isRunning(holder)).toBe(true)
      } finally {
        process.kill(holder, 'SIGKILL')
      }
    },
  )

  test('what is detached survives: such a test can fail', async () => {
    expect(await killAll(1, 1, 'detached')).toMatchObject({ survivors: 1 })
  })
})

describe('B6: SIGKILL of Node while a sandbox sleeps', () => {
  test.each([
    ['with a pid namespace of its own all descendants are gone', 'init', 3],
    ['with a command that is PID 1 all descendants are gone', 'pid-one', 3],
    ['without a pid namespace the command is gone', 'direct', 1],
  ])('%s', async (_, kind, count) => {
    const tag = uniqueSleep()
    await using program = new Program('sleeper.ts', kind, tag)
    await until(() => withArgument(tag).length === count)
    await program.kill()
    await until(() => withArgument(tag).length === 0)
  })

  test.each(['worker-ends', 'worker-terminated'])(
    '%s: a sandbox that a Worker has started survives it, and dies with the process',
    async (kind) => {
      const tag = uniqueSleep()
      await using program = new Program('sleeper.ts', kind, tag)
      await until(() => program.said('ended') !== undefined)
      await until(() => withArgument(tag).length === 3) // its shell may only now start the other two
      expect(isRunning(program.pid)).toBe(true)
      await program.kill()
      await until(() => withArgument(tag).length === 0)
    },
  )
})
