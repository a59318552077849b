import {
  AT,
  AT_FDCWD,
  CLONE_NEW,
  type Contribution,
  checkJoin,
  checkKeys,
  invalidOption,
  MNT_DETACH,
  MOVE_MOUNT,
  MS,
  type NamespaceRef,
  OPEN_TREE,
  type Plan,
} from '@ns/syscalls'
import { setReadonly } from './attributes.ts'
import { checkEntry, type MountEntry, path } from './entries.ts'
import { addEntry } from './steps.ts'

/** What of the mounts made later crosses between the caller and the namespace (mount_namespaces(7)). */
export type Propagation = 'private' | 'slave' | 'shared' | 'unchanged'

/** A new mount namespace and what is in it, or one to join. */
export interface MountOptions {
  /** `'private'`: nothing crosses; `'slave'`: the caller's later mounts come in; `'shared'`: both ways, where the caller's are shared. @default 'private' */
  readonly propagation?: Propagation | undefined
  /** A directory of the caller's that becomes `/`; the old root is gone from inside. */
  readonly root?: string | undefined
  /** The root and all mounts below it are read-only; those of `mounts` are not. @default false */
  readonly readonly?: boolean | undefined
  /** Made in this order, after the new root is entered. */
  readonly mounts?: readonly MountEntry[] | undefined
  /** Enter this one. */
  readonly join?: NamespaceRef | undefined
}

const KEYS = ['propagation', 'root', 'readonly', 'mounts', 'join'] as const
const PROPAGATION: Readonly<Record<Propagation, number>> = {
  private: MS.REC | MS.PRIVATE,
  slave: MS.REC | MS.SLAVE,
  shared: MS.REC | MS.SHARED,
  unchanged: 0,
}

/**
 * A mount namespace: a copy of the caller's tree of mounts, changed without the caller seeing it.
 *
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION` for malformed options and for contradictions
 * @see mount_namespaces(7)
 */
export function mount(options: MountOptions = {}): Contribution {
  checkKeys('mount', options, KEYS, 'mount')
  checkJoin('mount', options)
  const { propagation = 'private', root, readonly = false, mounts = [], join } = options
  if (join !== undefined) return { type: 'mount', flags: 0, join, steps: () => {} }
  if (!Object.hasOwn(PROPAGATION, propagation))
    throw invalidOption(
      `mount.propagation: '${propagation}' is none of ${Object.keys(PROPAGATION).join(', ')}`,
      'mount',
    )
  if (root !== undefined) path(root, 'mount.root')
  // The kernel would refuse pivot_root there (EINVAL), when the new root was already mounted, and so seen outside.
  if (root !== undefined && (propagation === 'shared' || propagation === 'unchanged'))
    throw invalidOption(
      `mount.root contradicts mount.propagation '${propagation}': a new root cannot be entered where mounts are shared`,
      'mount',
    )
  if (typeof readonly !== 'boolean')
    throw invalidOption('mount.readonly: true or false is wanted', 'mount')
  if (!Array.isArray(mounts)) throw invalidOption('mount.mounts: a list is wanted', 'mount')
  mounts.forEach(checkEntry)
  return {
    type: 'mount',
    flags: CLONE_NEW.mount,
    steps(plan) {
      addPropagation(plan, propagation)
      if (root !== undefined) addRoot(plan, root, readonly)
      else if (readonly)
        setReadonly(plan.in('root'), { directory: AT_FDCWD, path: '/', scope: 'recursive' })
      for (const entry of mounts) addEntry(plan, entry)
    },
  }
}

function addPropagation(plan: Plan, propagation: Propagation): void {
  const flags = PROPAGATION[propagation]
  if (flags === 0) return
  const options = { namespace: 'mount', operation: 'set propagation', path: '/' } as const
  plan.in('propagation').call('mount', ['none', '/', 0, flags, 0], options)
}

/** The old root is stacked on the new one and taken off from there: no directory for it is needed (pivot_root(2)). */
function addRoot(plan: Plan, root: string, readonly: boolean): void {
  plan.hasNewRoot = true
  const tree = plan.slot('root')
  const options = { namespace: 'mount', operation: 'enter the root', path: root } as const
  const clone = OPEN_TREE.CLONE | OPEN_TREE.CLOEXEC | AT.RECURSIVE
  plan.in('sources').call('open_tree', [AT_FDCWD, root, clone], { ...options, result: tree })
  const steps = plan.in('root')
  if (readonly) setReadonly(steps, { directory: tree, path: '', scope: 'recursive', shown: root })
  const move = MOVE_MOUNT.F_EMPTY_PATH | MOVE_MOUNT.T_SYMLINKS
  steps.call('move_mount', [tree, '', AT_FDCWD, root, move], options)
  steps.call('fchdir', [tree], options)
  steps.call('pivot_root', ['.', '.'], options)
  steps.call('umount2', ['.', MNT_DETACH], options)
  steps.call('chdir', ['/'], options)
}
