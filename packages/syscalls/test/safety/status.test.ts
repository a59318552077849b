import { randomBytes, randomInt } from 'node:crypto'
import { expect, test } from 'vitest'
import { pid } from '../../../pid/src/index.ts'
import { user } from '../../../user/src/index.ts'
import { uts } from '../../../uts/src/index.ts'
import { interruptedError, stepError } from '../../src/process/failure.ts'
import { OwnedFds } from '../../src/process/owned-fds.ts'
import { type Outcome, readOutcome } from '../../src/process/status.ts'
import { build } from '../../src/program/build.ts'
import { LIST, PLAN } from '../../src/program/layout.ts'
import { encode, place } from '../../src/program/program.ts'

// Somebody inside may have written what this process reads of a start.

const command = { file: 'sh', env: { PATH: '/bin:/usr/bin' }, cwd: '/' }
const built = build({
  contributions: [user({ map: 'root' }), uts({ hostname: 'box' }), pid()],
  command,
  joins: [],
  status: { fd: 20, name: 'status' },
  lifeline: { fd: 21, name: 'lifeline' },
  opened: new OwnedFds(),
  statm: { fd: 22, name: 'statm' },
  privileged: false,
  threadIsProcess: true,
  timeByFork: false,
})
const placed = place(built.plan)
const encoded = encode(built.plan, placed)

/** What the caller would be told. */
function report(plan: Buffer): Outcome['kind'] {
  const outcome = readOutcome(plan, placed, built.candidates)
  if (outcome.kind === 'failed')
    expect(stepError(outcome, placed.length, command)).toBeInstanceOf(Error)
  if (outcome.kind === 'interrupted')
    expect(
      interruptedError(outcome.at, placed.length, { exitCode: null, signalCode: 'SIGKILL' }),
    ).toBeInstanceOf(Error)
  return outcome.kind
}

test('any bytes in the status record are read as some outcome', () => {
  const kinds = new Set<Outcome['kind']>()
  for (let i = 0; i < 1000; i++) kinds.add(report(randomBytes(encoded.length)))
  for (let i = 0; i < 1000; i++) {
    const plan = Buffer.from(encoded)
    for (let list = 0; list < PLAN.listCount; list++) {
      const at = PLAN.lists + list * LIST.size
      plan.writeUInt32LE(randomInt(0, placed.length + 3), at + LIST.progress)
      plan.writeInt32LE(randomInt(0, 3) === 0 ? randomInt(-5000, 5000) : 0, at + LIST.error)
    }
    kinds.add(report(plan))
  }
  for (const { exec, exists, directory } of built.candidates)
    for (const slot of [exec, exists, directory])
      expect(slot.region.offset).toBeLessThan(encoded.length)
  expect(kinds).toEqual(new Set(['started', 'failed', 'interrupted']))
})

test('extreme words are read as some outcome', () => {
  for (const byte of [0x00, 0x7f, 0x80, 0xff]) report(Buffer.alloc(encoded.length, byte))
})

test('a record that nobody has written says that nothing was started', () => {
  expect(report(Buffer.from(encoded))).toBe('interrupted')
  expect(report(Buffer.alloc(encoded.length))).toBe('interrupted')
})
