import { checkLeaks, slower } from '@ns/testkit'
import { describe, expect, test } from 'vitest'
import { BlockingLoop, type Child, type Command, type Contribution, launch } from '../src/index.ts'
import { fresh, rootInside } from './support/namespaces.ts'

checkLeaks()

const patience = 500 * slower

/** Starts a program and blocks until it has ended: whatever else this thread has to do waits. */
function block(
  command: Command,
  contributions: readonly Contribution[] = [],
  watch: (loop: BlockingLoop, child: Child) => void = () => {},
): Child {
  const loop = new BlockingLoop()
  const child = launch(contributions, { fds: [], ...command }, { loop, startTimeout: patience })
  watch(loop, child)
  loop.run(() => child.ended !== undefined)
  return child
}

const exit = (code: number): Command => ({ file: '/bin/sh', args: ['-c', `exit ${code}`] })

describe('a caller that blocks', () => {
  test('knows how the program ended before anything else of its thread runs', () => {
    let hasElseRun = false
    queueMicrotask(() => {
      hasElseRun = true
    })
    expect(block(exit(3)).ended).toMatchObject({ exit: { exitCode: 3, signalCode: null } })
    expect(hasElseRun).toBe(false)
  })

  test('knows why nothing was started', async () => {
    const { ended, started } = block({ file: 'nonesuch' })
    expect(ended).toMatchObject({ error: { code: 'ENOENT', syscall: 'spawn nonesuch' } })
    await expect(started).rejects.toBe(ended?.error)
  })

  test('has timers: a signal that ends the program', () => {
    const sleep = { file: '/bin/sleep', args: ['60'] }
    const { ended } = block(sleep, [], (loop, child) => {
      loop.after(20, () => child.kill('SIGINT'))
      loop.after(10, () => child.kill('SIGKILL'))() // taken back
    })
    expect(ended).toMatchObject({ exit: { exitCode: null, signalCode: 'SIGINT' } })
  })

  test('makes namespaces, with a second clone', async () => {
    const holder = launch([rootInside()], { file: '/bin/sleep', args: ['60'], fds: [] })
    const { pid } = await holder.started
    const join = { type: 'user', flags: 0, join: pid, steps: () => {} } as const
    expect(block(exit(4), [join, fresh('pid')]).ended).toMatchObject({ exit: { exitCode: 4 } })
    holder.kill('SIGKILL')
    await holder.exited
  })

  test('does its part at once', () => {
    const pids: number[] = []
    const parent = ({ pid }: { pid: number }) => {
      pids.push(pid)
    }
    const child = block(exit(5), [{ ...rootInside(), parent }])
    expect([child.ended?.exit?.exitCode, pids]).toEqual([5, [child.pid]])
  })

  test('is refused by name what would wait for a promise, and nothing is left', () => {
    const { ended } = block(exit(0), [{ ...rootInside(), parent: async () => {} }])
    expect(ended?.error).toMatchObject({
      code: 'ERR_NS_INVALID_OPTION',
      namespace: 'user',
      message: expect.stringMatching(/^user: .* start it asynchronously/),
    })
  })

  test('is told of a start that hangs', () => {
    const hangs = rootInside((plan) => plan.in('mapped').call('ppoll', [0, 0, 0, 0, 0]))
    expect(block(exit(0), [hangs]).ended?.error).toMatchObject({
      code: 'ERR_NS_TIMEOUT',
      message: expect.stringContaining(`longer than ${patience} ms: still at ppoll`),
    })
  })
})
