import { invalidOption } from '@ns/syscalls'
import { addBind, type Bind } from './entries/bind.ts'
import { addBinfmt, type Binfmt } from './entries/binfmt.ts'
import {
  addMove,
  addRemount,
  addSetPropagation,
  addUnmount,
  type Move,
  type Remount,
  type SetPropagation,
  type Unmount,
} from './entries/change.ts'
import { addDev, type Dev } from './entries/dev.ts'
import {
  addDirectory,
  addFile,
  addSymlink,
  type Directory,
  type File,
  type Symlink,
} from './entries/files.ts'
import { addKernelFileSystem, type KernelFileSystem } from './entries/kernel.ts'
import { addMask, type Mask } from './entries/mask.ts'
import { addOverlay, type Overlay } from './entries/overlay.ts'
import { addProc, type Proc } from './entries/proc.ts'
import { addTmpfs, type Tmpfs } from './entries/tmpfs.ts'
import type { Tree } from './tree.ts'

/** One entry of `mounts`; they are made in the order given. */
export type MountEntry =
  | Bind
  | Binfmt
  | Dev
  | Directory
  | File
  | KernelFileSystem
  | Mask
  | Move
  | Overlay
  | Proc
  | Remount
  | SetPropagation
  | Symlink
  | Tmpfs
  | Unmount

/** How the steps of each kind are added. */
const kinds: {
  readonly [Kind in MountEntry['kind']]: (
    tree: Tree,
    entry: Extract<MountEntry, { kind: Kind }>,
  ) => void
} = {
  bind: addBind,
  binfmt: addBinfmt,
  dev: addDev,
  directory: addDirectory,
  file: addFile,
  kernel: addKernelFileSystem,
  mask: addMask,
  move: addMove,
  overlay: addOverlay,
  proc: addProc,
  propagation: addSetPropagation,
  remount: addRemount,
  symlink: addSymlink,
  tmpfs: addTmpfs,
  unmount: addUnmount,
}

/** Adds the steps of an entry. Sources are picked up before the root changes, targets are found after. */
export function addEntry(tree: Tree, entry: MountEntry): void {
  const add = kinds[entry.kind] as (tree: Tree, entry: MountEntry) => void
  add(tree, entry)
}

/** Whether an entry takes a right away that a remount, or an unmount, gives back. */
export function isReadonly(entry: MountEntry): boolean {
  return entry.kind === 'mask' || ('readonly' in entry && Boolean(entry.readonly))
}

/** @throws {NamespaceError} `ERR_NS_INVALID_OPTION` unless it is what one of the functions here returned */
export function checkEntry(entry: MountEntry, index: number): void {
  if (!Object.hasOwn(kinds, entry?.kind ?? ''))
    throw invalidOption(
      `mount.mounts[${index}]: what bind(), tmpfs(), proc() or another function of @ns/mount returns is wanted`,
      'mount',
    )
}
