import type { NamespaceType } from '../namespaces/types.ts'
import type { Phase } from './order.ts'
import type { PlacedStep } from './program.ts'
import { cloneFlags, showStep } from './show-step.ts'
import type { Step } from './step.ts'

/** A step as data. */
export interface ExplainedStep {
  /** Counted from 1. */
  number: number
  phase: Phase
  namespace: NamespaceType | undefined
  /** Which process runs it: 0 the launcher, then one more for each fork. */
  process: number
  /** As strace would print it. */
  text: string
}

/** A start as data; `String(program)` prints it. */
export interface Program {
  /** What the stub's clone makes. */
  clone: string
  steps: readonly ExplainedStep[]
  toString(): string
}

/** What `explain` returns. */
export function explainProgram(cloned: number, placed: readonly PlacedStep[]): Program {
  const steps = placed.map(({ step, phase, number, list }) => ({
    number,
    phase,
    namespace: step.namespace,
    process: list,
    text: showStep(step) + condition(step),
  }))
  const clone = `clone(CLONE_VM|CLONE_VFORK|CLONE_PIDFD${cloned ? `|${cloneFlags(cloned)}` : ''}) = the launcher`
  return { clone, steps, toString: () => [clone, ...lines(steps)].join('\n') }
}

function condition(step: Step): string {
  const when = step.onlyAfter ? `  (only after ${step.onlyAfter})` : ''
  return step.tolerate && !step.onlyAfter ? `${when}  (or ${step.tolerate.join(', ')})` : when
}

function lines(steps: readonly ExplainedStep[]): string[] {
  const width = Math.max(...steps.map(({ phase }) => phase.length))
  const shown = fold(steps)
  return shown.map(({ number, phase, process, text }, i) => {
    const label = shown[i - 1]?.phase === phase ? '' : phase
    return `${String(number).padStart(4)}  ${String(process)}  ${label.padEnd(width)}  ${text}`
  })
}

/** Printed once: what differs from the step before in a number alone, and what follows each candidate of PATH. */
function fold(steps: readonly ExplainedStep[]): ExplainedStep[] {
  const withoutNumbers = (text: string) => text.replace(/\d+/g, '#')
  const shown: ExplainedStep[] = []
  let folded = 0
  let isFirstCandidate = true
  for (const step of steps) {
    const last = shown.at(-1)
    if (
      step.phase === 'exec' &&
      step.text.startsWith('execve') &&
      last?.phase === 'exec' &&
      !step.text.includes('only after')
    )
      isFirstCandidate = false
    if (!isFirstCandidate && step.text.includes('(only after ')) continue
    const isRun =
      step.phase === 'bounding-set' &&
      last?.phase === step.phase &&
      withoutNumbers(last.text) === withoutNumbers(step.text)
    if (!isRun) {
      if (folded && last)
        shown[shown.length - 1] = { ...last, text: `${last.text}  (and ${folded} more)` }
      folded = 0
      shown.push(step)
    } else folded += 1
  }
  return shown
}
