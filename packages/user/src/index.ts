/**
 * User namespaces. Isolates user and group ids and capabilities: root inside need not be root outside. Does not
 * isolate files, processes or the network: it gives the right to make the namespaces that do.
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

export { type IdRange, insideId, parseRanges } from './id-map.ts'
export { type IdMaps, readIdMaps } from './running.ts'
export { type UserOptions, user } from './user.ts'
