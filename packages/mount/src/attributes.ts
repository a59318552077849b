import { type Argument, AT, AT_FDCWD, O, type Phase, type Slot } from '@ns/syscalls'
import { remount, remountAll } from './remounts.ts'
import { keepingDirectory } from './staging.ts'
import type { Naming } from './steps.ts'
import { mountsBelow } from './submounts.ts'
import type { Tree } from './tree.ts'

/** This mount, or those below it too. */
export type Scope = 'one' | 'recursive'

/** A mount that is in its place. */
export interface Mounted {
  /** An fd of it with an empty path, or a directory fd. */
  readonly directory: Argument
  readonly path: '' | '/'
  readonly scope: Scope
  /** The directory of the caller's that it shows, if no entry was mounted in it yet. */
  readonly source?: string | undefined
}

/** What changes; flags that are not named stay. */
export interface Change {
  /** `MOUNT_ATTR_*`, of which these have the numbers of `MS_*`: RDONLY, NOSUID, NODEV, NOEXEC */
  readonly set?: number | undefined
  /** The same. */
  readonly clear?: number | undefined
  /** `MS_PRIVATE`, `MS_SLAVE`, `MS_SHARED` or `MS_UNBINDABLE` */
  readonly propagation?: number | undefined
}

/**
 * Adds the step that changes the flags of mounts and leaves all others: those that are locked from outside (nosuid,
 * nodev, noexec) could not be taken away.
 *
 * @see mount_setattr(2), Linux 5.12
 */
export function setAttributes(
  tree: Tree,
  phase: Phase,
  { directory, path, scope }: Omit<Mounted, 'source'>,
  { set = 0, clear = 0, propagation = 0 }: Change,
  naming: Naming,
): void {
  const attributes = Buffer.alloc(32) // struct mount_attr
  attributes.writeBigUInt64LE(BigInt(set), 0)
  attributes.writeBigUInt64LE(BigInt(clear), 8)
  attributes.writeBigUInt64LE(BigInt(propagation), 16)
  const flags = (path === '' ? AT.EMPTY_PATH : 0) | (scope === 'recursive' ? AT.RECURSIVE : 0)
  const args = [directory, path, flags, attributes, attributes.length]
  tree.plan.in(phase).call('mount_setattr', args, naming)
}

/** Adds the steps that change the flags of mounts that are in their place, with mount_setattr or without. */
export function changeMounted(
  tree: Tree,
  phase: Phase,
  mounted: Mounted,
  change: Change,
  naming: Naming,
): void {
  const { directory, path, scope, source } = mounted
  const flags = change.propagation === undefined
  // What lies below is known of the caller's mounts only: elsewhere mount_setattr is called, and says what is missing.
  const isUnknown = flags && scope === 'recursive' && source === undefined
  if (tree.has.mount_setattr || isUnknown) {
    setAttributes(tree, phase, mounted, change, naming)
    return
  }
  const { plan } = tree
  const isWhole = flags && scope === 'recursive'
  const below = isWhole ? mountsBelow(tree, phase, source as string, naming) : []
  keepingDirectory(plan, phase, naming, () => {
    const fd = path === '' ? (directory as Slot) : openRoot(tree, phase, naming)
    const name = path === '' ? '.' : path
    plan.in(phase).call('fchdir', [fd], naming)
    if (flags) remountAll(tree, phase, { fd, name, below }, change, naming)
    else remount(plan, phase, { fd, name, scope }, change, naming)
  })
}

function openRoot({ plan }: Tree, phase: Phase, naming: Naming): Slot {
  const root = plan.slot('root')
  const flags = O.PATH | O.DIRECTORY | O.CLOEXEC
  plan.in(phase).call('openat', [AT_FDCWD, '/', flags], { ...naming, result: root })
  return root
}
