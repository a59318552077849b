import {
  AT,
  AT_FDCWD,
  F,
  MNT_DETACH,
  MOVE_MOUNT,
  MS,
  O,
  OPEN_TREE,
  PR,
} from '../kernel/constants.ts'
import { CLONE_NEW, type NamespaceType } from '../namespaces/types.ts'
import { Region, Slot } from './memory.ts'
import type { Phase } from './order.ts'
import type { PlacedStep } from './program.ts'
import type { Argument, Step } from './step.ts'

type Show = (argument: Argument) => string
type Names = Readonly<Record<string, number>>

function flags(prefix: string, names: Names): Show {
  return (argument) => {
    if (typeof argument !== 'number') return show(argument)
    const set = Object.entries(names).filter(([, bit]) => bit !== 0 && (argument & bit) === bit)
    const rest = set.reduce((left, [, bit]) => left & ~bit, argument)
    const parts = set.map(([name]) => `${prefix}${name}`)
    if (rest || parts.length === 0) parts.push(rest ? `0x${(rest >>> 0).toString(16)}` : '0')
    return parts.join('|')
  }
}

function oneOf(prefix: string, names: Names): Show {
  return (argument) => {
    const name = Object.entries(names).find(([, value]) => value === argument)?.[0]
    return name ? `${prefix}${name}` : show(argument)
  }
}

const directory: Show = (argument) => (argument === AT_FDCWD ? 'AT_FDCWD' : show(argument))
const cloneFlags = flags('CLONE_', {
  ...Object.fromEntries(
    Object.entries(CLONE_NEW).map(([type, bit]) => [
      `NEW${type === 'mount' ? 'NS' : type.toUpperCase()}`,
      bit,
    ]),
  ),
  PARENT: 0x8000,
  PIDFD: 0x1000,
})
const mountFlags = flags('MS_', MS)
const openFlags = flags('O_', {
  WRONLY: O.WRONLY,
  RDWR: O.RDWR,
  CLOEXEC: O.CLOEXEC,
  PATH: O.PATH,
  DIRECTORY: O.DIRECTORY,
  NOFOLLOW: O.NOFOLLOW,
})
const treeFlags = flags('', {
  OPEN_TREE_CLONE: OPEN_TREE.CLONE,
  OPEN_TREE_CLOEXEC: OPEN_TREE.CLOEXEC,
  AT_RECURSIVE: AT.RECURSIVE,
  AT_EMPTY_PATH: AT.EMPTY_PATH,
})

/** How arguments are printed where a number has a name; all others print as they are. */
const formats: Readonly<Record<string, readonly (Show | undefined)[]>> = {
  unshare: [cloneFlags],
  setns: [undefined, cloneFlags],
  clone: [cloneFlags],
  mount: [undefined, undefined, undefined, mountFlags],
  umount2: [undefined, flags('MNT_', { DETACH: MNT_DETACH })],
  openat: [directory, undefined, openFlags],
  faccessat: [directory],
  statx: [directory, undefined, flags('AT_', AT)],
  open_tree: [directory, undefined, treeFlags],
  move_mount: [directory, undefined, directory, undefined, flags('MOVE_MOUNT_', MOVE_MOUNT)],
  mount_setattr: [directory, undefined, flags('AT_', AT)],
  prctl: [oneOf('PR_', PR)],
  fcntl: [undefined, oneOf('F_', F)],
}

function show(argument: Argument): string {
  if (typeof argument === 'string') return JSON.stringify(argument)
  if (argument instanceof Slot) return `<${argument.name}>`
  if (argument instanceof Region) return `[${argument.size}]`
  if (argument instanceof Uint8Array) return bytesText(argument)
  if (typeof argument === 'object') return `<${argument.name}>`
  return `${argument}`
}

/** Text as text, structs as their size. */
function bytesText(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('latin1')
  return /^[\x20-\x7e\n]+$/.test(text) ? JSON.stringify(text) : `[${bytes.length}]`
}

/** A step as strace would print its call. */
export function showStep(step: Step): string {
  const args = step.args.map((argument, i) => (formats[step.call]?.[i] ?? show)(argument))
  return `${step.call}(${args.join(', ')})`
}

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
