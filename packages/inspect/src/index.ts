/**
 * Every Linux namespace of a machine, how they belong together, and what the machine allows: `lsns` and more as data.
 *
 * Isolates nothing, and changes nothing.
 * Does not find namespaces of threads that have left their process's, nor what `/proc` doesn't show.
 *
 * ```ts
 * import { list } from '@ns/inspect'
 *
 * const { namespaces } = list({ types: ['net'] })
 * for (const { inode, processes } of namespaces) console.log(inode, processes.length)
 * ```
 *
 * @packageDocumentation
 */

export { type ListOptions, list } from './list.ts'
export type { Listing, NamespaceInfo, Process } from './namespace-info.ts'
export type { Finding } from './probe/finding.ts'
export { probe } from './probe/probe.ts'
export { type TreeNode, tree } from './tree.ts'
export { type Change, type WatchOptions, watch } from './watch.ts'
