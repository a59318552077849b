/**
 * Linux cgroups for Node.js: made, limited, watched, frozen, killed and removed; and cgroup namespaces, in which the own
 * cgroup is the root of what is seen.
 *
 * Isolates the view of the cgroup tree: the process's own cgroup is `/`.
 * Does not isolate or limit anything by itself: `Cgroup` makes one with limits, to be born in.
 *
 * ```ts
 * import { launch } from '@ns/syscalls'
 * import { cgroup } from '@ns/cgroup'
 *
 * const child = launch([cgroup()], { file: 'cat', args: ['/proc/self/cgroup'] })
 * await child.exited // 0::/
 * ```
 *
 * @packageDocumentation
 */

export { type CgroupOptions, cgroup } from './cgroup.ts'
export type { CgroupEvents } from './events.ts'
export { Cgroup, type CgroupCreation, type WaitOptions } from './handle.ts'
export { type Hierarchies, readHierarchies } from './hierarchies.ts'
export type { CgroupLimits, IoLimit } from './limits.ts'
export { type Membership, readDirectory, readMemberships } from './membership.ts'
export { findParent } from './parent.ts'
export type { CgroupUsage } from './usage.ts'
