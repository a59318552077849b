import { asCaller, checkLeaks } from '@ns/testkit'
import { expect, test } from 'vitest'
import { AT_FDCWD, CLONE_NEW, close, launch, O, type Plan } from '../src/index.ts'
import { secondCopy } from './support/second-copy.ts'

checkLeaks()

test('a contribution that was made with another copy of the package is understood', async (context) => {
  const other = await secondCopy(context)
  const arrived: number[] = []
  const steps = (plan: Plan) => {
    const { fd, steps } = other.handOver(plan, (it) => void arrived.push(it))
    const open = [AT_FDCWD, '/', O.PATH | O.CLOEXEC] as const
    plan.in('user').call('openat', open, { result: fd })
    plan.in('user').push(...steps)
  }
  const contribution = { type: 'uts', flags: CLONE_NEW.uts, steps } as const
  const child = launch(asCaller([contribution]), { file: '/bin/true', fds: [] })
  expect(await child.exited).toMatchObject({ exitCode: 0 })
  expect(arrived).toHaveLength(1)
  for (const fd of arrived) close(fd)
})
