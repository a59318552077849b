import { MOUNT_ATTR, type Slot } from '@ns/syscalls'
import { requireDevice } from '../identity.ts'
import { absolute } from '../paths.ts'
import { pickUp } from '../pick-up.ts'
import { type Naming, newFileSystem, putOn } from '../steps.ts'
import { find } from '../targets.ts'
import type { Tree } from '../tree.ts'

/** A file or directory that is hidden. */
export interface Mask {
  readonly kind: 'mask'
  readonly target: string
}

/** Hides a file, which then reads as empty, or a directory, which then has nothing in it. A missing one needs none. */
export function mask(target: string): Mask {
  return { kind: 'mask', target: absolute(target, 'mask: target') }
}

/** Adds the steps of a mask: `/dev/null` over a file; where the kernel says that it is a directory, an empty one. */
export function addMask(tree: Tree, { target }: Mask): void {
  const { plan } = tree
  const naming = { namespace: 'mount', operation: 'mask', path: target } as const
  const missing = { ...naming, tolerate: ['ENOENT', 'ENOTDIR', 'EBADF'] } as const
  const nothing = cloneDevice(tree, 'null', MOUNT_ATTR.RDONLY | HARMLESS, naming)
  const place = find(tree, target, { create: undefined, proc: 'allowed' }, missing)
  putOn(plan, nothing, place, { ...naming, tolerate: ['EBADF', 'EINVAL'] })
  const directory = { ...naming, onlyAfter: 'EINVAL' } as const
  const attributes = MOUNT_ATTR.RDONLY | MOUNT_ATTR.NODEV | HARMLESS
  const empty = newFileSystem(plan, 'tmpfs', { attributes, phase: 'mounts' }, directory)
  putOn(plan, empty, place, directory)
  tree.add(target, undefined)
}

const HARMLESS = MOUNT_ATTR.NOSUID | MOUNT_ATTR.NOEXEC

/** `Documentation/admin-guide/devices.txt`: major and minor of the devices that every program expects. */
export const DEVICES = {
  null: [1, 3],
  zero: [1, 5],
  full: [1, 7],
  random: [1, 8],
  urandom: [1, 9],
  tty: [5, 0],
} as const

/**
 * Adds the steps that pick up a device of the caller's `/dev`, with these `MOUNT_ATTR_*` too, and make sure that it is that
 * device: a link or a file in its place would be shown instead (CVE-2025-31133).
 */
export function cloneDevice(
  tree: Tree,
  name: keyof typeof DEVICES,
  set: number,
  naming: Naming,
): Slot {
  const source = `/dev/${name}`
  const options = { ...naming, path: source }
  const device = pickUp(tree, { source, scope: 'one', set, flags: 'one' }, options)
  requireDevice(tree.plan, device, DEVICES[name], options)
  return device
}
