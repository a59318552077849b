import { resolve } from 'node:path'
import { checkKeys, invalidOption, MOVE_MOUNT, type Slot } from '@ns/syscalls'
import { attributesOf, checkFlags, FLAGS, flagsOf, type MountFlags } from '../flags.ts'
import { mountPoint, path } from '../paths.ts'
import { addStaging } from '../staging.ts'
import { cloneTree, type Naming, newFileSystem, putOn, type Setting } from '../steps.ts'
import { find } from '../targets.ts'
import type { Tree } from '../tree.ts'
import { sizeOf } from './tmpfs.ts'

/** Directories that are seen as one. */
export interface Overlay extends MountFlags {
  readonly kind: 'overlay'
  readonly target: string
  /** Paths of the caller's root, the first on top. */
  readonly lower: readonly string[]
  /** What is written goes there; `'tmpfs'`: into memory. */
  readonly upper: string | undefined
  readonly work: string | undefined
  readonly size: string | undefined
}

/** What an overlay is made of. */
export interface OverlayOptions extends Pick<MountFlags, 'nosuid' | 'nodev' | 'noexec'> {
  /** Directories of the caller's root, the first on top; they stay as they are. */
  readonly lower: string | readonly string[]
  /** Takes what is written: `'tmpfs'` is memory, gone with the namespace; or a directory. @default none: read-only */
  readonly upper?: string | undefined
  /** An empty directory beside the upper one, in the same mount, for the kernel. */
  readonly work?: string | undefined
  /** Of the tmpfs that is the upper layer; as for `tmpfs`. */
  readonly size?: string | number | undefined
}

/**
 * Shows several directories as one at `target`, by default the new root. In a user namespace it takes Linux 5.11, and no
 * mounts may lie below a lower directory.
 *
 * @see https://docs.kernel.org/filesystems/overlayfs.html
 */
export function overlay(options: OverlayOptions, target: string = '/'): Overlay {
  const flags = FLAGS.filter((name) => name !== 'readonly')
  checkKeys('overlay', options, ['lower', 'upper', 'work', 'size', ...flags], 'mount')
  checkFlags(options, 'overlay')
  const lower = typeof options.lower === 'string' ? [options.lower] : options.lower
  if (!Array.isArray(lower) || lower.length === 0)
    throw invalidOption('overlay: lower is a path or a list of them', 'mount')
  lower.forEach((it, i) => {
    path(it, `overlay: lower[${i}]`)
  })
  const { upper, work } = options
  const inMemory = upper === 'tmpfs'
  for (const [name, value] of Object.entries({ upper, work }))
    if (value !== undefined) path(value, `overlay: ${name}`)
  if (upper === undefined && lower.length < 2)
    throw invalidOption('overlay: without upper two of lower are needed', 'mount')
  if ((work === undefined) !== (upper === undefined || inMemory))
    throw invalidOption('overlay: a directory as upper, and no other, needs work', 'mount')
  if (options.size !== undefined && !inMemory)
    throw invalidOption("overlay: size is of upper: 'tmpfs'", 'mount')
  const size = sizeOf(options.size, 'overlay')
  const place = mountPoint(target, 'overlay: target')
  return { kind: 'overlay', target: place, lower, upper, work, size, ...flagsOf(options) }
}

/**
 * Adds the steps that make an overlay. Each layer has a name without odd characters: a colon, comma or backslash would mean
 * something in the options (a comma cannot be escaped at all before Linux 6.5), and inside they would tell paths of the
 * host. Those below are bound to it; upper and work have to be of one mount, so that a link leads to each.
 */
export function makeOverlay(tree: Tree, entry: Overlay, naming: Naming): Slot {
  const { plan } = tree
  const { lower, upper, work, size } = entry
  // Before the tmpfs is there: a clone of `/` would have it on top.
  const layers = lower.map((source) => {
    const layer = { ...naming, path: source }
    return { layer, clone: cloneTree(plan, source, 'recursive', layer) }
  })
  return addStaging(tree, { size }, naming, (staging) => {
    const steps = plan.in('sources')
    layers.forEach(({ layer, clone }, i) => {
      steps.call('mkdirat', [staging, `${i}`, 0o755], layer)
      steps.call('move_mount', [clone, '', staging, `${i}`, MOVE_MOUNT.F_EMPTY_PATH], layer)
    })
    const writable = { upper: upper === 'tmpfs' ? undefined : upper, work }
    for (const [name, directory] of Object.entries(upper === undefined ? {} : writable))
      if (directory === undefined) steps.call('mkdirat', [staging, name, 0o755], naming)
      else {
        steps.call('chdir', [directory], { ...naming, path: directory }) // says which one is missing
        steps.call('symlinkat', [resolve(directory), staging, name], naming)
      }
    steps.call('fchdir', [staging], naming)
    const settings: Setting[] = [['lowerdir', lower.map((_, i) => i).join(':')]]
    for (const name of upper === undefined ? [] : ['upper', 'work'])
      settings.push([`${name}dir`, name])
    // trusted.* attributes are the host's root's alone.
    if (plan.creates.has('user') || plan.joins.has('user')) settings.push(['userxattr'])
    return newFileSystem(plan, 'overlay', { settings, attributes: attributesOf(entry) }, naming)
  })
}

/** Adds the steps of an overlay that is not the root. */
export function addOverlay(tree: Tree, entry: Overlay): void {
  const { target, upper } = entry
  const naming = { namespace: 'mount', operation: 'mount', path: 'overlay', dest: target } as const
  const place = find(tree, target, { create: 'directory' }, naming)
  const made = makeOverlay(tree, entry, naming)
  putOn(tree.plan, made, place, naming)
  tree.add(target, upper === 'tmpfs' ? made : undefined)
}
