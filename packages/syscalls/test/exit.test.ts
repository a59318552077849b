import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { describe, expect, test } from 'vitest'
import { exitOfStatus } from '../src/calls/processes.ts'
import { attempt, launch, type Plan, pidfdOpen, signalName, syscallNumber } from '../src/index.ts'
import { Directory } from './support/files.ts'
import { fresh, rootInside } from './support/namespaces.ts'
import { run, shell } from './support/run.ts'

test.each([
  ['0', 0],
  ['1', 1],
  ['42', 42],
  ['255', 255],
  ['256', 0],
])('B1: exit %s comes back as %i', async (code, exitCode) => {
  expect(await shell(`exit ${code}`)).toMatchObject({ exitCode, signalCode: null })
})

test.each(['SIGTERM', 'SIGKILL', 'SIGSEGV'] as const)(
  'B2: %s is a signal, not a code',
  async (signal) => {
    const exit = await shell(`kill -${constants.signals[signal]} $$`)
    expect(exit).toMatchObject({ exitCode: null, signalCode: signal })
  },
)

test('B2: a program that a seccomp filter ends was ended by SIGSYS', async () => {
  const exit = await shell('cd /', [rootInside(killOnChdir)])
  expect(exit).toMatchObject({ exitCode: null, signalCode: 'SIGSYS' })
})

test('a core dump is told from its absence, with an init and without', async () => {
  expect(exitOfStatus(0x86, Buffer.alloc(144))).toMatchObject({
    exitCode: null,
    signalCode: 'SIGABRT',
    coreDumped: true,
  })
  using directory = new Directory()
  const abort = `cd ${directory.path}; ulimit -c unlimited; kill -ABRT $$`
  const alone = await shell(abort)
  const init = fresh('pid', (plan) => {
    plan.init = true
  })
  expect(alone).toMatchObject({ exitCode: null, signalCode: 'SIGABRT' })
  const { signalCode, coreDumped } = await shell(abort, [rootInside(), init])
  // Whether there is one is the machine's word (core(5)): the init's report has to say the same.
  expect({ signalCode, coreDumped }).toEqual({
    signalCode: 'SIGABRT',
    coreDumped: alone.coreDumped,
  })
})

test('a real-time signal has its number for a name', async () => {
  expect(await shell('kill -40 $$')).toMatchObject({ exitCode: null, signalCode: 'SIG40' })
  expect(signalName(9)).toBe('SIGKILL')
})

test('what a process used is told at its end', async () => {
  const { resourceUsage } = await shell('i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done')
  expect(resourceUsage.userCPUTime).toBeGreaterThan(10_000)
  expect(resourceUsage.userCPUTime).toBeLessThan(60_000_000)
  expect(resourceUsage.maxRSS).toBeGreaterThan(500)
  expect(resourceUsage.maxRSS).toBeLessThan(1 << 20)
})

describe('kill', () => {
  test('B8: after the exit it is false and signals nobody; `exited` stays what it was', async () => {
    const child = launch([], { file: '/bin/true' })
    const exit = await child.exited
    expect(child.kill()).toBe(false)
    expect(child.kill('SIGKILL')).toBe(false)
    expect(await child.exited).toBe(exit)
    expect(exit).toMatchObject({ exitCode: 0, signalCode: null })
    expect(() => pidfdOpen(child.pid)).toThrow(/ESRCH/)
  })

  test('is true as long as the process is there', async () => {
    const child = launch([], { file: '/bin/sleep', args: ['60'] })
    await child.started
    expect(child.kill(0)).toBe(true)
    expect(child.kill()).toBe(true)
    expect(await child.exited).toMatchObject({ signalCode: 'SIGTERM' })
  })

  test('B17: SIGSTOP stops, and is no exit; SIGCONT goes on', async () => {
    const child = launch([], { file: '/bin/sleep', args: ['60'] })
    await child.started
    const state = () => readFileSync(`/proc/${child.pid}/stat`, 'latin1').split(' ')[2]
    child.kill('SIGSTOP')
    while (state() !== 'T') await new Promise(setImmediate)
    child.kill('SIGCONT')
    while (state() === 'T') await new Promise(setImmediate)
    child.kill('SIGTERM')
    expect(await child.exited).toMatchObject({ signalCode: 'SIGTERM' })
  })

  test('before the exec it is an exit, not a failure', async () => {
    const child = launch([], { file: '/bin/sleep', args: ['60'] })
    expect(child.kill('SIGTERM')).toBe(true)
    expect(await child.exited).toMatchObject({ signalCode: 'SIGTERM' })
    await child.started
  })

  test('an unknown signal is refused by name', async () => {
    const child = launch([], { file: '/bin/sleep', args: ['60'] })
    expect(() => child.kill('SIGNONE' as NodeJS.Signals)).toThrow(/SIGNONE/)
    expect(() => child.kill(1000)).toThrow(/EINVAL/)
    child.kill('SIGKILL')
    await child.exited
  })
})

test('somebody else in this process reaped it: the end is told, how is not known', async () => {
  const child = launch([], { file: '/bin/sh', args: ['-c', 'exit 3'], fds: [] })
  expect(attempt('wait4', child.pid, null, 0, null)).toBe(child.pid)
  expect(await child.exited).toMatchObject({ exitCode: null, signalCode: null })
  expect(child.kill()).toBe(false)
})

test('B9: twenty starts at once end each with its own code', async () => {
  const codes = Array.from({ length: 20 }, (_, i) => i)
  const exits = await Promise.all(
    codes.map((code) => run({ file: '/bin/sh', args: ['-c', `exit ${code}`] })),
  )
  expect(exits.map(({ exitCode }) => exitCode)).toEqual(codes)
})

/** A filter that ends the process at `chdir`: SECCOMP_RET_KILL_PROCESS. */
function killOnChdir(plan: Plan): void {
  const instructions: [code: number, yes: number, no: number, k: number][] = [
    [0x20, 0, 0, 0], // the number of the call
    [0x15, 0, 1, syscallNumber('chdir')],
    [0x06, 0, 0, 0x80000000],
    [0x06, 0, 0, 0x7fff0000], // SECCOMP_RET_ALLOW
  ]
  const filter = Buffer.alloc(instructions.length * 8)
  instructions.forEach(([code, yes, no, k], i) => {
    filter.writeUInt16LE(code, i * 8)
    filter.writeUInt8(yes, i * 8 + 2)
    filter.writeUInt8(no, i * 8 + 3)
    filter.writeUInt32LE(k, i * 8 + 4)
  })
  const program = plan.memory.words([instructions.length, plan.memory.put(filter).address])
  plan.in('signals').call('seccomp', [1, 0, program]) // SECCOMP_SET_MODE_FILTER
}
