import { STATX_INO } from '../kernel/constants.ts'
import { type NamespaceType, procName } from '../namespaces/types.ts'
import type { Contribution } from './contribution.ts'
import type { Region } from './memory.ts'
import type { Plan } from './plan.ts'

/** The process looks at itself: read from outside, most short programs would be gone already. */
export function addIdentities(plan: Plan): ReadonlyMap<NamespaceType, Region> {
  const identities = new Map<NamespaceType, Region>()
  for (const type of [...plan.joins, ...plan.creates]) {
    const region = plan.memory.allocate(256) // struct statx
    const options = { namespace: type, operation: 'read back', tolerate: ['ENOENT'] } as const
    plan
      .in('identity')
      .call('statx', [plan.proc, `self/ns/${linkOf(plan, type)}`, 0, STATX_INO, region], options)
    identities.set(type, region)
  }
  return identities
}

/** A new time namespace is in force after the exec, and before it where the process was forked into it: one link says both. */
function linkOf(plan: Plan, type: NamespaceType): string {
  return type === 'time' && plan.creates.has('time') ? 'time_for_children' : procName(type)
}

/** A line of a map in the kernel's format, and the pages of whole lines that 340 take (`UID_GID_MAP_MAX_EXTENTS`). */
const MAP_LINE = 33
const MAP_LONGEST = 3 * 4096

export function addMaps(
  plan: Plan,
  contributions: readonly Contribution[],
): { uid: Region; gid: Region } {
  // A child can write one line for itself; more are the parent's part, or were there (user_namespaces(7)).
  const own = plan.creates.has('user') && !contributions.some(({ parent }) => parent)
  const size = own ? MAP_LINE : MAP_LONGEST
  const uid = plan.memory.allocate(size)
  const gid = plan.memory.allocate(size)
  const options = { namespace: 'user', operation: 'read back' } as const
  // As soon as they are there: a map is written once, and those of a namespace further down say nothing of the caller's ids.
  plan.in('mapped').readFile(plan.proc, 'self/uid_map', uid, options)
  plan.in('mapped').readFile(plan.proc, 'self/gid_map', gid, options)
  return { uid, gid }
}

/** `struct statx`'s `stx_ino`. */
export const STATX_INO_OFFSET = 32
