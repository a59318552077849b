import { rounds, slower } from '@ns/testkit'
import { expect, test } from 'vitest'
import { joinable, joining, nested, parked, type Sample, start, withInit } from './faulty.ts'

// A signal may come before there is a command to take it: it waits in the launcher, or for the child of a second clone.

const target = joinable()

const samples: readonly (readonly [string, () => Sample])[] = [
  ['four namespaces and an init', () => withInit],
  ['a start that waits for its parent', () => parked],
  ['four namespaces that are joined', () => joining(target())],
  ['namespaces made in a joined user namespace', () => nested(target())],
]

const count = rounds(50)

test.each(samples)(
  `%s: none of ${count} SIGTERMs right after the start is lost`,
  async (_, sample) => {
    for (let i = 0; i < count; i++) {
      const child = start(sample(), (at) => at.step)
      expect(child.kill('SIGTERM')).toBe(true)
      expect(await child.exited).toMatchObject({ exitCode: null, signalCode: 'SIGTERM' })
    }
  },
)

test.each(samples)('%s: nor is one that comes at any later moment', async (_, sample) => {
  for (let i = 0; i < count; i++) {
    const child = start(sample(), (at) => at.step)
    const until = process.hrtime.bigint() + BigInt(Math.round((i / count) * 3_000_000 * slower))
    while (process.hrtime.bigint() < until) await new Promise(setImmediate)
    expect(child.kill('SIGTERM')).toBe(true)
    expect(await child.exited).toMatchObject({ exitCode: null, signalCode: 'SIGTERM' })
  }
})
