/**
 * Linux mount namespaces for Node.js: a tree of mounts and a root of its own. The type is called `mnt` in `/proc`.
 *
 * Isolates the tree of mounts: what is mounted, remounted or made the root inside is not seen outside.
 * Does not isolate the files themselves: a file that is writable inside is the caller's file. What else it takes to
 * make a boundary is in [examples/sandbox](https://github.com/ns-ts/ns/tree/main/examples/sandbox).
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
export { type Bind, type BindOptions, bind } from './entries/bind.ts'
export { type Binfmt, type BinfmtOptions, binfmt } from './entries/binfmt.ts'
export {
  type Move,
  move,
  type PropagationOptions,
  propagation,
  type Remount,
  type RemountOptions,
  remount,
  type SetPropagation,
  type Unmount,
  unmount,
} from './entries/change.ts'
export { type Dev, dev } from './entries/dev.ts'
export {
  type Directory,
  type DirectoryOptions,
  directory,
  type File,
  type FileOptions,
  file,
  type Symlink,
  symlink,
} from './entries/files.ts'
export {
  cgroup2,
  type DevptsOptions,
  devpts,
  type KernelFileSystem,
  mqueue,
  type ReadonlyOptions,
  sysfs,
} from './entries/kernel.ts'
export { type Mask, mask } from './entries/mask.ts'
export { type Overlay, type OverlayOptions, overlay } from './entries/overlay.ts'
export { type Hidepid, type Proc, type ProcOptions, type ProcSource, proc } from './entries/proc.ts'
export { type Tmpfs, type TmpfsOptions, tmpfs } from './entries/tmpfs.ts'
export type { MountEntry } from './entries.ts'
export type { MountFlags } from './flags.ts'
export { type MountIdMap, openIdMap, type ShownIds } from './idmap.ts'
export { type MountOptions, mount } from './mount.ts'
export type { Propagation, PropagationType } from './propagation.ts'
export type { Root } from './root.ts'
export { type MountInfo, parseMountTable, readMountTable } from './table.ts'
