import {
  type Argument,
  AT,
  AT_FDCWD,
  FSCONFIG,
  FSMOUNT_CLOEXEC,
  FSOPEN_CLOEXEC,
  MOVE_MOUNT,
  OPEN_TREE,
  type Plan,
  type Slot,
  type StepOptions,
} from '@ns/syscalls'

// What all entries are made of. A tree is picked up, or a file system made, while the caller's root is visible, and put
// into its place once the new root is entered.

/** What errors say of an entry's steps. */
export type Naming = Pick<
  StepOptions,
  'namespace' | 'operation' | 'path' | 'dest' | 'tolerate' | 'onlyAfter' | 'expect'
>

/**
 * Adds the step that picks up a tree of mounts of the caller's.
 *
 * @param directory what the source is relative to
 * @returns the fd of a detached copy
 */
export function cloneTree(
  plan: Plan,
  source: string,
  scope: 'one' | 'recursive',
  naming: Naming,
  directory: Argument = AT_FDCWD,
): Slot {
  const tree = plan.slot('tree')
  const flags = OPEN_TREE.CLONE | OPEN_TREE.CLOEXEC | (scope === 'recursive' ? AT.RECURSIVE : 0)
  plan.in('sources').call('open_tree', [directory, source, flags], { ...naming, result: tree })
  return tree
}

/** A parameter of a file system: `['size', '64m']`, or `['newinstance']`. */
export type Setting = readonly [name: string, value?: string]

/** What a file system is made with. */
export interface FileSystem {
  readonly settings?: readonly Setting[]
  /** `MOUNT_ATTR_*` */
  readonly attributes: number
  /** `'mounts'`: only where it is known that late that it is wanted. @default 'sources' */
  readonly phase?: 'sources' | 'mounts'
}

/**
 * Adds the steps that make a file system. They run before the new root is entered: in a user namespace the kernel makes
 * a `/proc` or a sysfs only where one is visible already (mount_too_revealing in fs/namespace.c).
 *
 * @returns the fd of a detached mount of it
 */
export function newFileSystem(
  plan: Plan,
  type: string,
  { settings = [], attributes, phase = 'sources' }: FileSystem,
  naming: Naming,
): Slot {
  const steps = plan.in(phase)
  const context = plan.slot(`${type} context`)
  const tree = plan.slot(type)
  steps.call('fsopen', [type, FSOPEN_CLOEXEC], { ...naming, result: context })
  for (const [name, value] of [['source', type] as const, ...settings]) {
    const command = value === undefined ? FSCONFIG.SET_FLAG : FSCONFIG.SET_STRING
    steps.call('fsconfig', [context, command, name, value ?? 0, 0], naming)
  }
  steps.call('fsconfig', [context, FSCONFIG.CMD_CREATE, 0, 0, 0], naming)
  steps.call('fsmount', [context, FSMOUNT_CLOEXEC, attributes], { ...naming, result: tree })
  steps.call('close', [context], naming)
  return tree
}

/** Adds the step that puts a tree on what an fd refers to: no path is looked up any more. */
export function putOn(plan: Plan, tree: Slot, target: Slot, naming: Naming): void {
  const flags = MOVE_MOUNT.F_EMPTY_PATH | MOVE_MOUNT.T_EMPTY_PATH
  plan.in('mounts').call('move_mount', [tree, '', target, '', flags], naming)
}
