import { expect, test } from 'vitest'
import { user } from '../../../user/src/index.ts'
import { launch } from '../../src/index.ts'
import { Program } from './support/node.ts'
import { childrenOf, isRunning, until } from './support/processes.ts'

// DESIGN 2.4: a parked child is never a vfork child and holds no thread of Node.

test.each([
  ['process.exit()', 'exit', 7],
  ['an uncaught throw', 'throw', 1],
])('%s in the middle of a parked start returns and leaves no process', async (_, way, code) => {
  await using program = new Program('parked.ts', way)
  expect(await program.ended, program.errors).toEqual({ code, signal: null })
  expect(program.errors.includes('expected by the test')).toBe(way === 'throw')
  const parked = Number(program.said('parked'))
  expect(parked).toBeGreaterThan(0)
  await until(() => !isRunning(parked))
})

test('worker.terminate() in the middle of a parked start returns and leaves no process', async () => {
  await using program = new Program('parked.ts', 'terminate')
  await until(() => program.said('terminated') !== undefined)
  const parked = Number(program.said('parked'))
  await until(() => !isRunning(parked))
  expect(isRunning(program.pid)).toBe(true)
})

test('a parked start does not hold up the event loop', async () => {
  const contribution =
    process.getuid?.() === 0
      ? user({
          map: {
            uid: [{ inside: 0, outside: 0, count: 65536 }],
            gid: [{ inside: 0, outside: 0, count: 65536 }],
          },
        })
      : user({ map: 'root' })
  let ticks = 0
  const ticking = setInterval(() => ticks++, 1)
  const parent = async () => {
    await until(() => ticks > 20)
    throw new Error('enough')
  }
  const child = launch([{ ...contribution, parent }], { file: '/bin/true' })
  await expect(child.started).rejects.toThrow('enough')
  clearInterval(ticking)
  expect(childrenOf(process.pid).filter(({ pid }) => pid === child.pid)).toEqual([])
})
