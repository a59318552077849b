import { close } from '../calls/fds.ts'
import { KIND, mark } from '../calls/ledger.ts'
import type { NamespaceRef } from '../namespaces/ref.ts'
import type { NamespaceType } from '../namespaces/types.ts'
import type { Contribution, ParkedChild } from '../program/contribution.ts'
import { addFdReturn } from '../program/joins.ts'
import type { Region, Slot } from '../program/memory.ts'
import type { Plan } from '../program/plan.ts'
import { startProgram } from './launch.ts'

/** Options of what reads or changes a running namespace from outside. */
export interface RunningOptions {
  /** The user namespace that gives the right to enter, for the unprivileged. */
  readonly user?: NamespaceRef | undefined
}

/** What a program left in its memory. */
export type Memory = (region: Region) => Buffer

/**
 * Runs steps inside namespaces that exist, in a process of its own that ends with them: how a namespace is read or
 * changed from outside, rootless too. This process is in none of them at any time.
 *
 * @param refs what to enter; nothing: the process stays in the caller's own
 * @param program pushes the steps, each into its phase, and returns what reads their results
 * @returns what that read
 * @throws {NamespaceError} as `launch`
 */
export async function inside<Result>(
  refs: Readonly<{ [Type in NamespaceType]?: NamespaceRef | undefined }>,
  program: (plan: Plan) => (memory: Memory) => Result,
): Promise<Result> {
  let read: ((memory: Memory) => Result) | undefined
  const contributions = entering(refs, (plan) => (read = program(plan)))
  let memory: Buffer | undefined
  const child = startProgram(contributions, undefined, { onMemory: (bytes) => (memory = bytes) })
  await child.started
  await child.exited
  const from: Memory = ({ offset, size }) => (memory as Buffer).subarray(offset, offset + size)
  return (read as (memory: Memory) => Result)(from)
}

/**
 * Looks at a process that waits inside namespaces that exist: what can be seen of one from outside only, such as the ids
 * that it has here.
 *
 * @param refs what to enter
 * @param look is called while the process waits, and ends before it does
 * @returns what that read
 * @throws {NamespaceError} as `launch`
 */
export async function lookAtInside<Result>(
  refs: Readonly<{ [Type in NamespaceType]?: NamespaceRef | undefined }>,
  look: (child: ParkedChild) => Result,
): Promise<Result> {
  const seen: Result[] = []
  const parent = (child: ParkedChild) => void seen.push(look(child))
  const child = startProgram(
    entering(refs, () => {}, parent),
    undefined,
    {},
  )
  await child.started
  await child.exited
  return seen[0] as Result
}

/**
 * Opens something inside namespaces that exist and hands it out: how sockets, devices and mounts of a namespace reach
 * a process that is not in it, rootless too.
 *
 * @param refs what to enter; nothing: the steps run where the caller is
 * @param program pushes the steps; one of them has the slot as its result
 * @returns the fd, close-on-exec; yours to close
 * @throws {NamespaceError} as `launch`
 */
export async function openInside(
  refs: Readonly<{ [Type in NamespaceType]?: NamespaceRef | undefined }>,
  program: (plan: Plan, fd: Slot) => void,
): Promise<number> {
  let received: number | undefined
  const contributions = entering(refs, (plan) => program(plan, addFdReturn(plan)))
  const child = startProgram(contributions, undefined, { onFd: (fd) => (received = fd) })
  try {
    await child.started
    await child.exited
  } catch (error) {
    if (received !== undefined) close(received)
    throw error
  }
  mark(received as number, KIND.free)
  return received as number
}

/** Contributions that join, the first of which pushes the program's steps; or one that only pushes them. */
function entering(
  refs: Readonly<{ [Type in NamespaceType]?: NamespaceRef | undefined }>,
  program: (plan: Plan) => void,
  parent?: Contribution['parent'],
): Contribution[] {
  const types = (Object.keys(refs) as NamespaceType[]).filter((type) => refs[type] !== undefined)
  if (types.length === 0) return [{ type: 'user', flags: 0, steps: program }]
  return types.map((type, i) => ({
    type,
    flags: 0,
    join: refs[type],
    steps: i === 0 ? program : () => {},
    ...(i === 0 && parent ? { parent } : {}),
  }))
}
