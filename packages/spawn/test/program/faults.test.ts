import { setTimeout } from 'node:timers/promises'
import type { Child, FailedStep, Step } from '@ns/syscalls'
import { slower } from '@ns/testkit'
import { describe, expect, test } from 'vitest'
import type { PlacedStep } from '../../../syscalls/src/program/program.ts'
import {
  allEight,
  allEightByFork,
  failing,
  furnished,
  hanging,
  joinable,
  joining,
  nested,
  parked,
  type Rewrite,
  reach,
  type Sample,
  start,
  stepsOf,
  title,
  withAttributes,
  withInit,
  withoutInit,
} from './faulty.ts'
import { childrenOf, difference, look, settle } from './left-behind.ts'

// Every step of every program is made to fail once, and every one is once where its process is killed: the error names
// the step, and nothing is left behind.
//
// Left out: steps with `onlyAfter`. They run when the exec before them was refused, which tests of exec cause.
// `signals`, `seccomp` and `exec` count as started (status.ts): the empty mask lets a waiting signal end the process there, as it
// would end the command a moment later. Killed in them, `started` resolves and the exit tells of the signal.

const target = joinable()

const samples: readonly (readonly [string, () => Sample])[] = [
  ['four namespaces and an init', () => withInit],
  ['the command as PID 1', () => withoutInit],
  ['a start that waits for its parent', () => parked],
  ['all eight namespaces', () => allEight],
  ['all eight where time takes a fork', () => allEightByFork],
  ['a furnished root', () => furnished],
  ['all attributes', () => withAttributes],
  ['four namespaces that are joined', () => joining(target())],
  ['namespaces made in a joined user namespace', () => nested(target())],
]

/** `ms`: some hundred starts each, on a machine that may be busy. */
const timeout = 120_000 * slower

/** Each of a sample's steps; where machines are slow one in five, other ones each time. */
const stride = slower < 10 ? 1 : 5
const which = stride === 1 ? 'every' : `every ${stride}th`
const first = Math.floor(Math.random() * stride)
const isChosen = (_: PlacedStep, i: number) => i % stride === first

describe.each(samples)('%s', { timeout }, (_, sample) => {
  test(`${which} step that fails is named, and leaves nothing`, async () => {
    const steps = stepsOf(sample()).filter(runsAlways)
    expect(steps.length).toBeGreaterThan(20)
    const some = steps.filter(isChosen)
    const seen: string[] = []
    for (const at of some) seen.push(await report(at, () => fail(sample(), at, steps)))
    expect(seen).toEqual(some.map((at) => `${title(at)}: EBADF`))
  })

  test(`a process killed at ${which} step is named with it, and leaves nothing`, async () => {
    const steps = stepsOf(sample()).filter(runsAlways)
    const some = steps.filter(isChosen)
    const seen: string[] = []
    for (const at of some)
      seen.push(await report(at, () => killAt(sample(), at, steps, ownProcess)))
    expect(seen).toEqual(some.map((at) => `${title(at)}: ${expectedOfKill(at)}`))
  })
})

test("an init that is killed at any step of its command's is named with that step, and leaves nothing", {
  timeout,
}, async () => {
  const steps = stepsOf(withInit).filter(runsAlways)
  const ofCommand = steps.filter(({ list }) => list === 1)
  expect(ofCommand.length).toBeGreaterThan(15)
  const seen: string[] = []
  for (const at of ofCommand)
    seen.push(await report(at, () => killAt(withInit, at, steps, async (child) => child.pid)))
  expect(seen).toEqual(ofCommand.map((at) => `${title(at)}: ${expectedOfKill(at)}`))
})

function runsAlways({ step }: PlacedStep): boolean {
  return step.onlyAfter === undefined
}

/** The outcome, and what is left behind if anything is. */
async function report(at: PlacedStep, run: () => Promise<string>): Promise<string> {
  const before = look()
  const result = await run()
  const left = difference(before, await settle(before))
  return `${title(at)}: ${result}${left.length ? `; left behind: ${left.join(', ')}` : ''}`
}

async function fail(sample: Sample, at: PlacedStep, steps: PlacedStep[]): Promise<string> {
  const child = start(sample, replacing(at, failing, steps))
  const error = await child.started.then(
    () => undefined,
    (reason: Error) => reason,
  )
  if (!error) {
    child.kill('SIGKILL')
    return `started, ${await ending(child)}`
  }
  return named(error, at, (error.cause as { code?: string }).code ?? error.message)
}

async function killAt(
  sample: Sample,
  at: PlacedStep,
  steps: PlacedStep[],
  find: (child: Child, first: number, at: PlacedStep, steps: PlacedStep[]) => Promise<number>,
): Promise<string> {
  const child = start(sample, replacing(at, hanging, steps))
  const first = child.pid
  await reach(at)
  process.kill(await find(child, first, at, steps), 'SIGKILL')
  try {
    await child.started
  } catch (error) {
    const how = /^killed by SIGKILL at /.test((error as Error).message)
    return named(
      error as Error,
      at,
      how ? 'killed' : (error as Error).message,
      successor(at, steps),
    )
  }
  if (child.pid !== first && at.list === 0) child.kill('SIGKILL') // the launcher of a second clone
  return `started, ${await ending(child)}`
}

async function ending(child: Child): Promise<string> {
  const { exitCode, signalCode } = await child.exited
  return signalCode ?? `exit ${exitCode}`
}

function expectedOfKill({ phase, step }: PlacedStep): string {
  const isStarted = /^(signals|seccomp|exec)$/.test(phase)
  // The second clone's launcher has nothing left to do but to end.
  return isStarted || step.call === 'exit_group' ? 'started, SIGKILL' : 'killed'
}

/** `what` if the error names this step, or else the error. `or` is where another process was at that moment. */
function named(error: Error, at: PlacedStep, what: string, or?: PlacedStep): string {
  const { number, phase, text } = (error as { step?: FailedStep }).step ?? {}
  const matches = [at, or].some((step) => step && title(step) === `${number} ${phase} ${text}`)
  return matches ? what : `${error}`
}

/**
 * Replaces one step. After a fork both processes go on: where the forking one is to be stopped, the other waits at its
 * first step, so that there is one outcome.
 */
function replacing(at: PlacedStep, by: Step, steps: PlacedStep[]): Rewrite {
  const waits = successor(at, steps)
  return ({ number, step }) => {
    if (number === at.number) return by
    return number === waits?.number && step.operation !== 'wait for the parent' ? hanging : step
  }
}

/** For a step that runs beside the list that its process has forked: that list's first. */
function successor(at: PlacedStep, steps: PlacedStep[]): PlacedStep | undefined {
  const forks = steps.filter(({ step }) => step.fork)
  const list = forks.findIndex((fork) => fork.list === at.list && fork.index < at.index)
  return steps.find((step) => step.list === list + 1 && list >= 0)
}

/** The process that runs the step's list. */
async function ownProcess(
  child: Child,
  first: number,
  { list }: PlacedStep,
  steps: PlacedStep[],
): Promise<number> {
  if (list === 0) return first
  const fork = steps.filter(({ step }) => step.fork)[list - 1]
  // The second clone: the child itself, once its pidfd has arrived.
  if (fork?.step.operation === 'create')
    return await waitFor(() => child.pid !== first && child.pid)
  return await waitFor(() => childrenOf(child.pid)[0])
}

async function waitFor<T>(look: () => T | undefined | false): Promise<T> {
  for (let waited = 0; waited < 5000 * slower; waited++) {
    const found = look()
    if (found) return found
    await setTimeout(1)
  }
  throw new Error('waited in vain')
}
