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
 * @param program pushes the steps, each into its phase
 * @returns what the steps stored
 * @throws {NamespaceError} as `launch`
 */
export async function inside(
  refs: Readonly<Partial<Record<NamespaceType, NamespaceRef>>>,
  program: (plan: Plan) => void,
): Promise<Memory> {
  const types = Object.keys(refs) as NamespaceType[]
  const contributions = types.map((type, i): Contribution => {
    const steps = i === 0 ? program : () => {}
    return { type, flags: 0, join: refs[type], steps }
  })
  let memory: Buffer | undefined
  const child = startProgram(contributions, undefined, { onMemory: (bytes) => (memory = bytes) })
  await child.started
  await child.exited
  return ({ offset, size }) => (memory ?? Buffer.alloc(0)).subarray(offset, offset + size)
}
