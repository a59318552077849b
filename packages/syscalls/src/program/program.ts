import { errnoNumber } from '../kernel/errno.ts'
import { syscallNumber } from '../kernel/numbers.ts'
import { KIND, LIST, PLAN, STEP } from './layout.ts'
import { type Memory, putWord, Region, Slot } from './memory.ts'
import type { Phase } from './order.ts'
import type { Plan } from './plan.ts'
import type { Argument, Step } from './step.ts'

/** A step where it stands in its program. */
export interface PlacedStep {
  readonly step: Step
  readonly phase: Phase
  /** Counted from 1, over the whole program. */
  readonly number: number
  /** Which process runs it: each fork begins a new list, the forking one goes on with its own steps. */
  readonly list: number
  /** Counted from 0, in its list. */
  readonly index: number
}

/** Puts the phases in order and the steps into lists. */
export function place(plan: Plan): readonly PlacedStep[] {
  const placed: PlacedStep[] = []
  const lengths = Array<number>(PLAN.listCount).fill(0)
  let list = 0
  const put = (step: Step, phase: Phase) => {
    const index = lengths[list] ?? 0
    lengths[list] = index + 1
    placed.push({ step, phase, number: placed.length + 1, list, index })
  }
  for (const { phase, steps } of plan.ordered) {
    for (const step of steps) {
      put(step, phase)
      if (!step.fork) continue
      for (const own of step.fork) put(own, phase)
      list += 1
    }
  }
  return placed
}

/** The plan as the launcher reads it: header, memory, steps. */
export function encode(plan: Plan, placed: readonly PlacedStep[]): Buffer {
  const steps = placed.map(({ step, list }) => encodeStep(plan.memory, step, list))
  const lists = Array.from({ length: PLAN.listCount }, (_, list) => {
    const own = steps.filter((_, i) => placed[i]?.list === list)
    return { count: own.length, region: plan.memory.put(Buffer.concat(own)) }
  })
  const bytes = plan.memory.bytes
  putWord(bytes, PLAN.size, bytes.length)
  lists.forEach(({ count, region }, i) => {
    putWord(bytes, PLAN.lists + i * LIST.size + LIST.steps, region.address)
    bytes.writeUInt32LE(count, PLAN.lists + i * LIST.size + LIST.count)
  })
  return bytes
}

function encodeStep(memory: Memory, step: Step, list: number): Buffer {
  const bytes = Buffer.alloc(STEP.size)
  if (step.call === 'init') bytes[STEP.kind] = KIND.init
  else if (step.call === 'refuse') {
    bytes[STEP.kind] = KIND.refuse
    bytes.writeUInt16LE(errnoNumber('ENOEXEC'), STEP.nr)
  } else {
    bytes[STEP.kind] = step.fork ? KIND.fork : KIND.call
    bytes.writeUInt16LE(syscallNumber(step.call), STEP.nr)
  }
  if (step.onlyAfter) bytes[STEP.onlyAfter] = errnoNumber(step.onlyAfter)
  step.tolerate?.forEach((name, i) => {
    bytes[STEP.tolerated + i] = errnoNumber(name)
  })
  if (step.fork) putWord(bytes, STEP.expected, list + 1)
  if (step.expect !== undefined) {
    bytes[STEP.expects] = 1
    putWord(bytes, STEP.expected, step.expect)
  }
  if (step.call === 'refuse') putWord(bytes, STEP.expected, step.args[1] as number)
  if (step.result) putWord(bytes, STEP.result, step.result.region.address)
  step.args.forEach((argument, i) => {
    if (argument instanceof Slot) bytes[STEP.values] = (bytes[STEP.values] ?? 0) | (1 << i)
    putWord(bytes, STEP.args + i * 8, word(memory, argument))
  })
  return bytes
}

function word(memory: Memory, argument: Argument): number | bigint {
  if (typeof argument === 'number' || typeof argument === 'bigint') return argument
  if (typeof argument === 'string') return memory.string(argument).address
  if (argument instanceof Uint8Array) return memory.put(argument).address
  if (argument instanceof Region) return argument.address
  if (argument instanceof Slot) return argument.region.address
  return argument.fd
}
