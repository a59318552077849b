import { describe, expect, test } from 'vitest'
import { fresh, rootInside } from '../support/namespaces.ts'
import { failure, run } from '../support/run.ts'

const worlds = [
  ['without namespaces', []],
  ['in new ones', [rootInside(), fresh('uts')]],
] as const
const script = 'nice; cat /proc/self/oom_score_adj; umask; grep Cpus_allowed_list /proc/self/status'

describe.each(worlds)('%s', (_, namespaces) => {
  test('nice, oom score, CPUs and umask are what the command sees', async () => {
    const args = ['-c', script]
    const attributes = { nice: 7, oomScoreAdj: 900, affinity: [0], umask: 0o027 }
    const { stdout } = await run({ file: '/bin/sh', args, ...attributes }, namespaces)
    expect(stdout).toBe('7\n900\n0027\nCpus_allowed_list:\t0\n')
  })
})

test('what takes a privilege of the initial user namespace fails with it named', async () => {
  const file = '/bin/true'
  expect(await failure({ file, nice: -5 }, [rootInside()])).toMatchObject({
    code: 'ERR_NS_SETUP',
    operation: 'set the nice value',
    hint: expect.stringContaining('CAP_SYS_NICE'),
    step: { phase: 'scheduling', text: 'setpriority(PRIO_PROCESS, 0, -5)' },
  })
  expect(await failure({ file, oomScoreAdj: -1000 }, [rootInside()])).toMatchObject({
    operation: 'set the oom score',
    hint: expect.stringContaining('CAP_SYS_RESOURCE'),
  })
  expect(await failure({ file, affinity: [8000] })).toMatchObject({
    operation: 'bind to CPUs',
    hint: expect.stringMatching(/online are \d/),
  })
})

test.each([
  [{ nice: 20 }, 'nice: an integer from -20 to 19 is wanted'],
  [{ oomScoreAdj: 1001 }, 'oomScoreAdj: an integer from -1000 to 1000 is wanted'],
  [{ affinity: [] }, 'affinity: a process runs on one CPU at least'],
  [{ affinity: [0.5] }, 'affinity[0]: an integer from 0 to 8191 is wanted'],
  [{ umask: 0o1000 }, 'umask: an integer from 0 to 511 is wanted'],
  [{ parentDeathSignal: 'SIGNO' as 'SIGTERM' }, 'parentDeathSignal: SIGNO is no signal’s name'],
])('%j is refused before anything exists', async (attributes, message) => {
  expect(await failure({ file: '/bin/true', ...attributes })).toMatchObject({
    code: 'ERR_NS_INVALID_OPTION',
    message,
  })
})
