/**
 * Linux cgroup namespaces for Node.js: the own cgroup is the root of what is seen; and the cgroup that a process is
 * born in.
 *
 * Isolates the view of the cgroup tree: the process's own cgroup is `/`.
 * Does not isolate or limit anything by itself: limits are files of the cgroup.
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
export { type Membership, readMemberships } from './membership.ts'
