import { realpathSync } from 'node:fs'
import {
  AT_FDCWD,
  invalidOption,
  MNT_DETACH,
  MOUNT_ATTR,
  MOVE_MOUNT,
  type Slot,
} from '@ns/syscalls'
import { changeMounted } from './attributes.ts'
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
  steps.call('move_mount', [slot, '', AT_FDCWD, '/', MOVE_MOUNT.F_EMPTY_PATH], naming)
  steps.call('fchdir', [slot], naming)
  steps.call('pivot_root', ['.', '.'], naming)
  steps.call('umount2', ['.', MNT_DETACH], naming)
  steps.call('chdir', ['/'], naming)
  tree.hostRoot = typeof root === 'string' ? root : undefined
  if (typeof root === 'string') {
    if (readonly) makeReadonly(tree, 'root', realPath(root), what(root))
    return
  }
  if (root.kind === 'tmpfs' || root.upper === 'tmpfs') tree.root = slot
  if (readonly) tree.last.push(() => makeReadonly(tree, 'mounts', undefined, what(root)))
}

/** What the kernel will refuse stays as it is. */
function realPath(root: string): string {
  try {
    return realpathSync(root)
  } catch {
    return root
  }
}

function pickUpRoot(tree: Tree, root: Root, naming: Naming): Slot {
  const { plan } = tree
  // With a slash behind, a file is no directory here, and not only where its mount would be refused as EINVAL.
  if (typeof root === 'string') return cloneTree(plan, `${root}/`, 'recursive', naming)
  if (root.kind === 'overlay') return makeOverlay(tree, root, naming)
  const settings = tmpfsSettings(root.mode, root.size)
  return newFileSystem(plan, 'tmpfs', { settings, attributes: attributesOf(root) }, naming)
}

/**
 * Adds the steps that make the root read-only.
 *
 * @param source the directory of the caller's that it shows: those below it are made so too
 */
export function makeReadonly(
  tree: Tree,
  phase: 'root' | 'mounts',
  source: string | undefined,
  path: string,
): void {
  const naming = { namespace: 'mount', operation: 'make read-only', path } as const
  const scope = source === undefined ? 'one' : 'recursive'
  const all = { directory: AT_FDCWD, path: '/', scope, source } as const
  changeMounted(tree, phase, all, { set: MOUNT_ATTR.RDONLY }, naming)
}
