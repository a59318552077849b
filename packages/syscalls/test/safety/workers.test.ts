import { rounds, slower } from '@ns/testkit'
import { describe, expect, test } from 'vitest'
import { Program } from './support/node.ts'

describe('Workers', () => {
  test('four that start sandboxes at once, and end, get the same as the main thread', async () => {
    await using program = new Program('workers.ts', 'at-once')
    expect(await program.ended, program.errors).toEqual({ code: 0, signal: null })
    expect(program.lines.filter((line) => line === 'exit codes: 3')).toHaveLength(4)
  })

  test.each([
    ['ends', 'ends'],
    ['is terminated', 'terminate'],
  ])('one that %s while its children run takes nobody along', async (_, way) => {
    await using program = new Program('workers.ts', way)
    expect(await program.ended, program.errors).toEqual({ code: 0, signal: null })
    expect(program.said('alive')).toBe('and starts others: 3')
  })
})

const children = rounds(80)

describe('children of a Worker are reaped when it has ended, and leave no fd: in a process that uses this in Workers alone', () => {
  test.each(['ends', 'terminated'])(
    `%s: ${3 * children} children, all of which outlive it`,
    { timeout: 120_000 * slower },
    async (way) => {
      await using program = new Program('ended-workers.ts', way, '3', `${children}`)
      expect(await program.ended, program.errors).toEqual({ code: 0, signal: null })
      expect(Number(program.said('running'))).toBeGreaterThan(0)
      expect(program.lines.slice(1)).toEqual(['nothing is left'])
    },
  )

  test('terminated in the middle of starts of every kind', {
    timeout: 120_000 * slower,
  }, async () => {
    await using program = new Program('ended-workers.ts', 'mid-start', `${rounds(12)}`, '0')
    expect(await program.ended, program.errors).toEqual({ code: 0, signal: null })
    expect(program.lines.slice(1)).toEqual(['nothing is left'])
  })
})
