import { errnoNumber } from '../kernel/errno.ts'
import { syscallNumber } from '../kernel/numbers.ts'
import { KIND, LIST, PLAN, STEP } from './layout.ts'
import { type Memory, Region, Slot } from './memory.ts'
import type { Phase } from './order.ts'
import type { Plan } from './plan.ts'
import type { Argument, Step } from './step.ts'

/** A step where it stands in its program. */
export interface PlacedStep {
  readonly step: Step
  readonly phase: Phase
  /** Counted from 1, over the whole program. */
  readonly number: number
  /** Which process runs it: the child of each clone has a list of its own. */
  readonly list: number
  /** Of a clone: its child's. */
  readonly childList: number | undefined
  /** Counted from 0, in its list. */
  readonly index: number
}

/** Puts the phases in order and the steps into lists. */
export function place(plan: Plan): readonly PlacedStep[] {
  const placed: PlacedStep[] = []
  const lengths = Array<number>(PLAN.listCount).fill(0)
  const put = (step: Step, phase: Phase, list: number, childList?: number) => {
    const index = lengths[list] ?? 0
    lengths[list] = index + 1
    placed.push({ step, phase, number: placed.length + 1, list, index, childList })
  }
  let list = 0 // of the process that becomes the command
  let last = 0
  for (const { phase, steps } of plan.ordered) {
    for (const step of steps) {
      const { fork, helper } = step
      if (!fork && !helper) {
        put(step, phase, list)
        continue
      }
      last += 1
      if (last === PLAN.listCount) throw new RangeError(`a program forks ${last - 1} times at most`)
      put(step, phase, list, last)
      for (const own of fork ?? []) put(own, phase, list)
      for (const its of helper ?? []) put(its, phase, last)
      if (fork) list = last
    }
  }
  return placed
}

/** The plan as the launcher reads it: header, memory, steps. */
export function encode(plan: Plan, placed: readonly PlacedStep[]): Buffer {
  const { memory } = plan
  for (let list = 0; list < PLAN.listCount; list++) {
    const own = placed.filter((step) => step.list === list)
    const { address, offset } = memory.allocate(own.length * STEP.size)
    own.forEach(({ step, childList }, i) => {
      encodeStep(memory, offset + i * STEP.size, step, childList)
    })
    memory.putWord(PLAN.lists + list * LIST.size + LIST.steps, address)
    memory.room.writeUInt32LE(own.length, PLAN.lists + list * LIST.size + LIST.count)
  }
  const { bytes } = memory
  memory.putWord(PLAN.size, bytes.length)
  return bytes
}

/** Writes a step at an offset of zeroed memory. */
function encodeStep(memory: Memory, at: number, step: Step, childList: number | undefined): void {
  const words = step.args.map((argument) => word(memory, argument, step.call)) // first: they allocate
  const bytes = memory.room
  if (step.call === 'init' || step.call === 'bits') bytes[at + STEP.kind] = KIND[step.call]
  else if (step.call === 'refuse' || step.call === 'require') {
    bytes[at + STEP.kind] = KIND[step.call]
    bytes.writeUInt16LE(errnoNumber(step.failure?.errno ?? 'EINVAL'), at + STEP.nr)
    memory.putWord(at + STEP.expected, step.args[1] as number)
  } else {
    bytes[at + STEP.kind] = childList === undefined ? KIND.call : KIND.fork
    bytes.writeUInt16LE(syscallNumber(step.call), at + STEP.nr)
  }
  if (step.onlyAfter) bytes[at + STEP.onlyAfter] = errnoNumber(step.onlyAfter)
  if (step.tolerate && step.tolerate.length > STEP.toleratedCount)
    throw new RangeError(`a step tolerates ${STEP.toleratedCount} errors at most`)
  step.tolerate?.forEach((name, i) => {
    bytes[at + STEP.tolerated + i] = errnoNumber(name)
  })
  if (childList !== undefined) memory.putWord(at + STEP.expected, childList)
  if (step.expect !== undefined) {
    bytes[at + STEP.expects] = 1
    memory.putWord(at + STEP.expected, step.expect)
  }
  if (step.result) memory.putWord(at + STEP.result, step.result.region.address)
  let values = 0
  words.forEach((value, i) => {
    if (step.args[i] instanceof Slot) values |= 1 << i
    memory.putWord(at + STEP.args + i * 8, value)
  })
  bytes[at + STEP.values] = values
}

function word(memory: Memory, argument: Argument, call: string): number | bigint {
  if (typeof argument === 'number' || typeof argument === 'bigint') return argument
  if (typeof argument === 'string') return memory.string(argument).address
  if (argument instanceof Uint8Array) return memory.put(argument).address
  if (argument instanceof Region) return argument.address
  if (argument instanceof Slot) return argument.region.address
  if (typeof argument?.fd === 'number') return argument.fd
  throw new TypeError(`${call}: ${argument} is no argument of a step`)
}
