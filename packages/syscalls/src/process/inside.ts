import type { NamespaceRef } from '../namespaces/ref.ts'
import type { NamespaceType } from '../namespaces/types.ts'
import type { Contribution } from '../program/contribution.ts'
import type { Region } from '../program/memory.ts'
import type { Plan } from '../program/plan.ts'
import { startProgram } from './launch.ts'

/** What a program left in its memory. */
export type Memory = (region: Region) => Buffer

/**
 * Runs steps inside namespaces that exist, in a process of its own that ends with them: how a namespace is read or
 * changed from outside, rootless too. This process is in none of them at any time.
 *
 * @param refs what to enter
 * @param program pushes the steps, each into its phase, and returns what reads their results
 * @returns what that read
 * @throws {NamespaceError} as `launch`
 */
export async function inside<Result>(
  refs: Readonly<{ [Type in NamespaceType]?: NamespaceRef | undefined }>,
  program: (plan: Plan) => (memory: Memory) => Result,
): Promise<Result> {
  const types = (Object.keys(refs) as NamespaceType[]).filter((type) => refs[type] !== undefined)
  let read: ((memory: Memory) => Result) | undefined
  const contributions = types.map((type, i): Contribution => {
    const steps = (plan: Plan) => {
      if (i === 0) read = program(plan)
    }
    return { type, flags: 0, join: refs[type], steps }
  })
  let memory: Buffer | undefined
  const child = startProgram(contributions, undefined, { onMemory: (bytes) => (memory = bytes) })
  await child.started
  await child.exited
  const from: Memory = ({ offset, size }) => (memory as Buffer).subarray(offset, offset + size)
  return (read as (memory: Memory) => Result)(from)
}
