/**
 * Mount namespaces. Isolates the tree of mounts: what is mounted, remounted or made the root inside is not seen
 * outside. Does not isolate the files themselves: a file that is writable inside is the caller's file. The type is
 * called `mnt` in `/proc`.
 *
 * ```ts
 * import { launch } from '@ns/syscalls'
 * import { mount, tmpfs } from '@ns/mount'
 *
 * const child = launch([mount({ readonly: true, mounts: [tmpfs('/tmp')] })], {
 *   file: 'sh',
 *   args: ['-c', 'touch /etc/x; touch /tmp/x && echo only /tmp is writable'],
 * })
 * await child.exited
 * ```
 *
 * @packageDocumentation
 */

export type { RunningOptions } from '@ns/syscalls'
export { type AttachOptions, attach } from './attach.ts'
export {
  type Bind,
  type BindOptions,
  bind,
  type MountEntry,
  type Proc,
  proc,
  type Remount,
  remount,
  type Tmpfs,
  type TmpfsOptions,
  tmpfs,
} from './entries.ts'
export { type MountOptions, mount, type Propagation } from './mount.ts'
export { type MountInfo, parseMountTable, readMountTable } from './table.ts'
