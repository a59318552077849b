import {
  CLONE_NEW,
  type Contribution,
  checkJoin,
  checkKeys,
  invalidOption,
  MS,
  type NamespaceRef,
  type Plan,
} from '@ns/syscalls'
import { addDirectory, directory } from './entries/files.ts'
import { addEntry, checkEntry, isReadonly, type MountEntry } from './entries.ts'
import { MountPoints } from './mount-points.ts'
import { checkPropagation, PROPAGATION_BITS, type Propagation } from './propagation.ts'
import { addRoot, checkRoot, makeReadonly, type Root } from './root.ts'
import { Tree, withoutUmask } from './tree.ts'

/** A new mount namespace and what is in it, or one to join. */
export interface MountOptions {
  /** `'private'`: nothing crosses; `'slave'`: the caller's later mounts come in; `'shared'`: both ways, where the caller's are shared. @default 'private' */
  readonly propagation?: Propagation | undefined
  /** What becomes `/`: a directory of the caller's, an `overlay`, or an empty `tmpfs('/')`; the old root is gone from inside. */
  readonly root?: Root | undefined
  /** The root and all mounts below it are read-only; those of `mounts` are not, and their mount points are made before. @default false */
  readonly readonly?: boolean | undefined
  /** Made in this order, after the new root is entered. */
  readonly mounts?: readonly MountEntry[] | undefined
  /**
   * Mount points that are missing on the host, in a directory of it that is the root or a bind, are made by the caller,
   * and taken away when the command has ended; else nothing is made there. @default false
   */
  readonly create?: boolean | undefined
  /** Enter this one. */
  readonly join?: NamespaceRef | undefined
}

const KEYS = ['propagation', 'root', 'readonly', 'mounts', 'create', 'join'] as const
const PROPAGATIONS = ['private', 'slave', 'shared', 'unchanged'] as const

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
  const { create = false } = options
  if (join !== undefined) return { type: 'mount', flags: 0, join, steps: () => {} }
  checkPropagation(propagation, 'mount.propagation', PROPAGATIONS)
  if (root !== undefined) checkRoot(root)
  const isShared = propagation === 'shared' || propagation === 'unchanged'
  // The kernel would refuse pivot_root there (EINVAL), when the new root was already mounted, and so seen outside.
  if (root !== undefined && isShared)
    throw invalidOption(
      `mount.root contradicts mount.propagation '${propagation}': a new root cannot be entered where mounts are shared`,
      'mount',
    )
  if (typeof readonly !== 'boolean')
    throw invalidOption('mount.readonly: true or false is wanted', 'mount')
  if (typeof create !== 'boolean')
    throw invalidOption('mount.create: true or false is wanted', 'mount')
  if (!Array.isArray(mounts)) throw invalidOption('mount.mounts: a list is wanted', 'mount')
  mounts.forEach(checkEntry)
  const addSteps = (plan: Plan): Tree => {
    plan.hasReadonlyMounts = readonly || mounts.some(isReadonly)
    if (propagation !== 'unchanged') addPropagation(plan, PROPAGATION_BITS[propagation])
    const tree = new Tree(plan, isShared)
    if (root === undefined && mounts.length === 0) {
      if (readonly) makeReadonly(tree, 'root', '/', '/')
      return tree
    }
    plan.mayCoverDirectory = root === undefined
    withoutUmask(plan, () => {
      if (root !== undefined) addRoot(tree, root, readonly)
      else if (readonly) makeReadonly(tree, 'root', '/', '/')
      for (const entry of mounts) addEntry(tree, entry)
      addPlaceOfProc(tree)
      for (const add of tree.last) add()
    })
    return tree
  }
  const contribution = { type: 'mount', flags: CLONE_NEW.mount } as const
  if (!create) return { ...contribution, steps: (plan) => void addSteps(plan) }
  return { ...contribution, ...makingMountPoints(addSteps) }
}

/** The parts of a start that makes what is missing on the host, as its caller, while the child waits. */
function makingMountPoints(
  addSteps: (plan: Plan) => Tree,
): Pick<Contribution, 'steps' | 'parent' | 'release'> {
  const starts = new WeakMap<Plan, { readonly tree: Tree; readonly points: MountPoints }>()
  return {
    steps: (plan) => void starts.set(plan, { tree: addSteps(plan), points: new MountPoints() }),
    parent(_, plan) {
      const { tree, points } = starts.get(plan) ?? {}
      for (const place of tree?.wanted ?? []) points?.make(place)
    },
    release: (plan) => starts.get(plan)?.points.remove(),
  }
}

function addPropagation(plan: Plan, type: number): void {
  const options = { namespace: 'mount', operation: 'set propagation', path: '/' } as const
  plan.in('propagation').call('mount', ['none', '/', 0, MS.REC | type, 0], options)
}

/** In a root that is empty at first, a new pid namespace has no place for its `/proc`. */
function addPlaceOfProc(tree: Tree): void {
  const { plan } = tree
  if (!plan.creates.has('pid') || plan.mountPoints.has('/proc')) return
  if (tree.at('/proc').made) addDirectory(tree, directory('/proc'))
  else tree.want('/proc', 'directory')
}
