import {
  AT_FDCWD,
  invalidOption,
  MNT_DETACH,
  MOUNT_ATTR,
  MOVE_MOUNT,
  type Slot,
} from '@ns/syscalls'
import { setAttributes } from './attributes.ts'
import { makeOverlay, type Overlay } from './entries/overlay.ts'
import { type Tmpfs, tmpfsSettings } from './entries/tmpfs.ts'
import { attributesOf } from './flags.ts'
import { path } from './paths.ts'
import { cloneTree, type Naming, newFileSystem } from './steps.ts'
import type { Tree } from './tree.ts'

/** What becomes `/`: a directory of the caller's, an overlay, or an empty tmpfs. */
export type Root = string | Overlay | Tmpfs

/** @throws {NamespaceError} `ERR_NS_INVALID_OPTION` unless it can be a root */
export function checkRoot(root: Root): void {
  if (typeof root === 'string') {
    path(root, 'mount.root')
    return
  }
  if (root?.kind !== 'overlay' && root?.kind !== 'tmpfs')
    throw invalidOption(
      "mount.root: a path, overlay({ lower, upper: 'tmpfs' }) or tmpfs('/') is wanted",
      'mount',
    )
  if (root.target !== '/')
    throw invalidOption(`mount.root: the target of the root is '/', not '${root.target}'`, 'mount')
}

const what = (root: Root) => (typeof root === 'string' ? root : root.kind)

/**
 * Adds the steps that enter a new root. It is stacked on the old one, which is then taken off from below it: no directory
 * for it is needed (pivot_root(2)).
 */
export function addRoot(tree: Tree, root: Root, readonly: boolean): void {
  const { plan } = tree
  plan.hasNewRoot = true
  const naming = { namespace: 'mount', operation: 'enter the root', path: what(root) } as const
  const slot = pickUpRoot(tree, root, naming)
  const steps = plan.in('root')
  if (readonly && typeof root === 'string') makeReadonly(tree, slot, 'recursive', naming)
  steps.call('move_mount', [slot, '', AT_FDCWD, '/', MOVE_MOUNT.F_EMPTY_PATH], naming)
  steps.call('fchdir', [slot], naming)
  steps.call('pivot_root', ['.', '.'], naming)
  steps.call('umount2', ['.', MNT_DETACH], naming)
  steps.call('chdir', ['/'], naming)
  if (typeof root === 'string') return
  if (root.kind === 'tmpfs' || root.upper === 'tmpfs') tree.root = slot
  if (readonly) tree.last.push(() => makeReadonly(tree, slot, 'one', naming, 'mounts'))
}

function pickUpRoot(tree: Tree, root: Root, naming: Naming): Slot {
  const { plan } = tree
  // With a slash behind, a file is no directory here, and not only where its mount would be refused as EINVAL.
  if (typeof root === 'string') return cloneTree(plan, `${root}/`, 'recursive', naming)
  if (root.kind === 'overlay') return makeOverlay(tree, root, naming)
  const settings = tmpfsSettings(root.mode, root.size)
  return newFileSystem(plan, 'tmpfs', { settings, attributes: attributesOf(root) }, naming)
}

function makeReadonly(
  { plan }: Tree,
  root: Slot,
  scope: 'one' | 'recursive',
  naming: Naming,
  phase: 'root' | 'mounts' = 'root',
): void {
  const options = { ...naming, operation: 'make read-only' }
  const target = { directory: root, path: '', scope }
  setAttributes(plan.in(phase), target, { set: MOUNT_ATTR.RDONLY }, options)
}
