import { checkKeys, invalidOption, MNT_DETACH, UMOUNT_NOFOLLOW } from '@ns/syscalls'
import { changeMounted } from '../attributes.ts'
import { attributesOf, checkFlags, FLAGS, flagsOf, type MountFlags } from '../flags.ts'
import { absolute, mountPoint } from '../paths.ts'
import { checkPropagation, PROPAGATION_BITS, type PropagationType } from '../propagation.ts'
import { putOn } from '../steps.ts'
import { refuseUncovering } from '../submounts.ts'
import { find } from '../targets.ts'
import type { Tree } from '../tree.ts'

// Entries that change mounts that exist.

/** A mount that exists, with other flags. */
export interface Remount extends MountFlags {
  readonly kind: 'remount'
  readonly target: string
}

/** Options of `remount`; a flag that is not named stays. */
export type RemountOptions = MountFlags

/**
 * Changes the flags of a mount that exists already: `remount('/', { readonly: 'recursive' })`. In a user namespace those
 * that it has from outside cannot be taken away.
 *
 * @see mount_setattr(2)
 */
export function remount(target: string, options: RemountOptions): Remount {
  checkKeys('remount', options, FLAGS, 'mount')
  checkFlags(options, 'remount')
  if (FLAGS.every((name) => options[name] === undefined))
    throw invalidOption(`remount: one of ${FLAGS.join(', ')} is wanted`, 'mount')
  return { kind: 'remount', target: absolute(target, 'remount: target'), ...flagsOf(options) }
}

/** Adds the steps of a remount. */
export function addRemount(tree: Tree, entry: Remount): void {
  const scope = entry.readonly === 'recursive' ? 'recursive' : 'one'
  const operation =
    entry.readonly === undefined ? 'remount' : entry.readonly ? 'make read-only' : 'make writable'
  const naming = { namespace: 'mount', operation, path: entry.target } as const
  const place = find(tree, entry.target, { create: undefined, proc: 'allowed' }, naming)
  const change = { set: attributesOf(entry), clear: attributesOf(entry, false) }
  changeMounted(tree, 'mounts', { directory: place, path: '', scope }, change, naming)
}

/** A mount that is taken away. */
export interface Unmount {
  readonly kind: 'unmount'
  readonly target: string
}

/**
 * Takes a mount away, and those below it: at once from the tree, from the kernel once nobody uses it any more. In a user
 * namespace those that it has from outside stay (EINVAL).
 *
 * @see umount2(2), MNT_DETACH
 */
export function unmount(target: string): Unmount {
  return { kind: 'unmount', target: absolute(target, 'unmount: target') }
}

/** Adds the step of an unmount. */
export function addUnmount(tree: Tree, entry: Unmount): void {
  const { target } = entry
  refuseUncovering(tree, entry, target)
  const naming = { namespace: 'mount', operation: 'unmount', path: target } as const
  tree.plan.in('mounts').call('umount2', [target, MNT_DETACH | UMOUNT_NOFOLLOW], naming)
  tree.remove(target)
}

/** A mount that is put elsewhere. */
export interface Move {
  readonly kind: 'move'
  readonly source: string
  readonly target: string
}

/**
 * Puts a mount of the new root, with those below it, elsewhere in it.
 *
 * @see move_mount(2)
 */
export function move(source: string, target: string): Move {
  return {
    kind: 'move',
    source: absolute(source, 'move: source'),
    target: mountPoint(target, 'move: target'),
  }
}

/** Adds the steps of a move. */
export function addMove(tree: Tree, entry: Move): void {
  const { source, target } = entry
  refuseUncovering(tree, entry, source)
  const naming = { namespace: 'mount', operation: 'move', path: source, dest: target } as const
  const from = find(tree, source, { create: undefined }, { ...naming, dest: undefined })
  putOn(tree.plan, from, find(tree, target, { create: 'directory' }, naming), naming)
  tree.move(source, target)
}

/** What of later mounts crosses at one mount. */
export interface SetPropagation {
  readonly kind: 'propagation'
  readonly target: string
  readonly type: PropagationType
  readonly recursive: boolean
}

/** Options of `propagation`. */
export interface PropagationOptions {
  /** The mounts below it too. @default false */
  readonly recursive?: boolean | undefined
}

/**
 * Sets what of later mounts crosses at one mount, between it and its copies.
 *
 * @see mount_namespaces(7)
 */
export function propagation(
  target: string,
  type: PropagationType,
  options: PropagationOptions = {},
): SetPropagation {
  checkKeys('propagation', options, ['recursive'], 'mount')
  checkPropagation(type, 'propagation')
  const { recursive = false } = options
  if (typeof recursive !== 'boolean')
    throw invalidOption('propagation: recursive is true or false', 'mount')
  return { kind: 'propagation', target: absolute(target, 'propagation: target'), type, recursive }
}

/** Adds the steps that set a propagation. */
export function addSetPropagation(tree: Tree, entry: SetPropagation): void {
  const naming = { namespace: 'mount', operation: 'set propagation', path: entry.target } as const
  const place = find(tree, entry.target, { create: undefined, proc: 'allowed' }, naming)
  const scope = entry.recursive ? 'recursive' : 'one'
  const change = { propagation: PROPAGATION_BITS[entry.type] }
  changeMounted(tree, 'mounts', { directory: place, path: '', scope }, change, naming)
}
