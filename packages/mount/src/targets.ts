import { AT_FDCWD, check, O, PROC_SUPER_MAGIC, type Slot } from '@ns/syscalls'
import { type Entry, enter, type Links, lookUp, openLast } from './lookups.ts'
import type { Naming } from './steps.ts'
import type { Tree } from './tree.ts'

/** How a target is found. */
export interface Finding {
  /** What is made where it is missing: in a file system of this start's always, on the host if `mount.create` says so. */
  readonly create: 'directory' | 'file' | undefined
  /** @default 'followed' */
  readonly links?: Links
  /** Whether it may be on a `/proc`. @default 'refused' */
  readonly proc?: 'refused' | 'allowed'
}

/**
 * Adds the steps that find a target below the new root.
 *
 * @returns an fd of it (O_PATH): from here on nobody can put something else in its place (CVE-2021-30465)
 */
export function find(
  tree: Tree,
  path: string,
  { create, links = 'followed', proc = 'refused' }: Finding,
  naming: Naming,
): Slot {
  const { made } = tree.at(path)
  const look = { phase: 'mounts', directory: AT_FDCWD, path, links } as const
  const target = tree.plan.slot('target')
  if (create !== undefined && made === undefined) tree.want(path, create)
  if (create === undefined || made === undefined) lookUp(tree, look, naming, target)
  else if (!tree.has.openat2) make(tree, path, create, target, naming)
  else {
    const { tolerate = [], ...options } = naming
    lookUp(tree, look, { ...options, tolerate: ['ENOENT', ...tolerate] }, target)
    make(tree, path, create, target, { ...options, onlyAfter: 'ENOENT' })
  }
  if (proc === 'refused') refuseProc(tree, target, naming)
  return target
}

/**
 * Adds the steps that make the directories above a path, in a file system of this start's: from an fd of its root, and
 * without following a link.
 *
 * @returns the last directory, and the name in it
 */
export function addParents(tree: Tree, path: string, naming: Naming): Entry {
  const { plan } = tree
  const { path: base, made } = tree.at(path)
  const names = path.slice(base.length).split('/').filter(Boolean)
  const directory = names.slice(0, -1).reduce((parent, name) => {
    const options = { ...naming, tolerate: ['EEXIST'] } as const
    plan.in('mounts').call('mkdirat', [parent, name, 0o755], options)
    return enter(plan, 'mounts', parent, name, naming)
  }, made as Slot)
  return { directory, name: names.at(-1) ?? '.' }
}

/** The mount point, or what is there: what can be seen of it later is what is mounted on it. */
function make(
  tree: Tree,
  path: string,
  kind: 'directory' | 'file',
  target: Slot,
  naming: Naming,
): void {
  const { plan } = tree
  const entry = addParents(tree, path, naming)
  const { directory, name } = entry
  const mayExist = { ...naming, tolerate: ['EEXIST'] } as const
  if (kind === 'directory') {
    plan.in('mounts').call('mkdirat', [directory, name, 0o755], mayExist)
    enter(plan, 'mounts', directory, name, naming, target)
    return
  }
  const flags = O.CREAT | O.EXCL | O.CLOEXEC
  plan.in('mounts').call('openat', [directory, name, flags, 0o444], mayExist)
  openLast(plan, 'mounts', entry, naming, target)
}

/** A link in the root can lead into its `/proc`, where a mount would stand between a program and the kernel (CVE-2019-16884). */
function refuseProc(tree: Tree, target: Slot, naming: Naming): void {
  const steps = tree.plan.in('mounts')
  const statfs = tree.plan.memory.allocate(120) // struct statfs: f_type first
  steps.call('fstatfs', [target, statfs], naming)
  const failure = { errno: 'EXDEV', call: 'fstatfs' } as const
  steps.push(check('refuse', [statfs, PROC_SUPER_MAGIC], failure, naming))
}
