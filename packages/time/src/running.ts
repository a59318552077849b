import { inside, type NamespaceRef, type RunningOptions } from '@ns/syscalls'
import { type Offsets, parseOffsets } from './offsets.ts'

/**
 * The offsets of a running time namespace, in seconds.
 *
 * @throws {NamespaceError} when it isn't one, or may not be entered
 */
export async function readOffsets(
  ref: NamespaceRef,
  { user }: RunningOptions = {},
): Promise<Required<Offsets>> {
  return await inside({ user, time: ref }, (plan) => {
    const region = plan.memory.allocate(256)
    plan
      .in('time')
      .readFile(plan.proc, 'self/timens_offsets', region, { namespace: 'time', operation: 'read' })
    return (memory) => parseOffsets(memory(region).toString('latin1'))
  })
}
