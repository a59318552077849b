/**
 * Linux user namespaces for Node.js: ids and capabilities of its own, without privilege.
 *
 * Isolates user ids, group ids and capabilities: root inside need not be root outside.
 * Does not isolate files, processes or the network: it gives the right to make the namespaces that do.
 *
 * ```ts
 * import { launch } from '@ns/syscalls'
 * import { user } from '@ns/user'
 *
 * const child = launch([user({ map: 'root' })], { file: 'id', args: ['-u'] })
 * await child.exited // printed: 0
 * ```
 *
 * @packageDocumentation
 */

export { type IdRange, parseRanges } from './id-map.ts'
export { findNewidmap } from './newidmap.ts'
export type { Ids, UserOptions } from './options.ts'
export {
  type IdMaps,
  readIdMaps,
  toHostGid,
  toHostUid,
  toInsideGid,
  toInsideUid,
} from './running.ts'
export { readSubids } from './subids.ts'
export { user } from './user.ts'
