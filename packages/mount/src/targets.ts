import {
  AT_FDCWD,
  check,
  O,
  type PhaseSteps,
  PROC_SUPER_MAGIC,
  RESOLVE,
  type Slot,
} from '@ns/syscalls'
import type { Naming } from './steps.ts'
import type { Tree } from './tree.ts'

/** `struct open_how` */
function how(flags: number, mode: number, resolve: number): Buffer {
  const bytes = Buffer.alloc(24)
  ;[flags, mode, resolve].forEach((value, i) => {
    bytes.writeBigUInt64LE(BigInt(value), i * 8)
  })
  return bytes
}

/** A link inside resolves inside, as the root is the new one; one of `/proc` (`/proc/PID/root`) could still lead out. */
const LOOK = how(O.PATH | O.CLOEXEC, 0, RESOLVE.NO_MAGICLINKS)
const LOOK_STRICTLY = how(O.PATH | O.CLOEXEC, 0, RESOLVE.NO_SYMLINKS)
const STEP_DOWN = how(O.PATH | O.DIRECTORY | O.CLOEXEC, 0, RESOLVE.NO_SYMLINKS | RESOLVE.BENEATH)

/** How a target is found. */
export interface Finding {
  /** What is made where it is missing in a file system of this start's; nothing elsewhere. */
  readonly create: 'directory' | 'file' | undefined
  /** `'refused'`: no component may be a link. @default 'followed' */
  readonly links?: 'followed' | 'refused'
  /** Whether it may be on a `/proc`. @default 'refused' */
  readonly proc?: 'refused' | 'allowed'
}

/**
 * Adds the steps that find a target below the new root.
 *
 * @returns an fd of it (O_PATH): from here on nobody can put something else in its place (CVE-2021-30465)
 * @see openat2(2)
 */
export function find(
  tree: Tree,
  path: string,
  { create, links = 'followed', proc = 'refused' }: Finding,
  naming: Naming,
): Slot {
  const steps = tree.plan.in('mounts')
  const { tolerate, ...options } = naming
  const target = tree.plan.slot('target')
  const { made } = tree.at(path)
  const creates = create !== undefined && made !== undefined
  const look = links === 'refused' ? LOOK_STRICTLY : LOOK
  const missing = creates ? (['ENOENT', ...(tolerate ?? [])] as const) : tolerate
  steps.call('openat2', [AT_FDCWD, path, look, look.length], {
    ...options,
    tolerate: missing,
    result: target,
  })
  if (creates) {
    const parent = addParents(tree, path, { ...options, onlyAfter: 'ENOENT' })
    addMissing(steps, parent, create, target, { ...options, onlyAfter: 'ENOENT' })
  }
  if (proc === 'refused') refuseProc(tree, target, naming)
  return target
}

interface Missing {
  readonly directory: Slot
  readonly name: string
}

/**
 * Adds the steps that make the directories above a path, in a file system of this start's: from an fd of its root, and
 * without following a link.
 *
 * @returns the last directory, and the name in it
 */
export function addParents(
  tree: Tree,
  path: string,
  options: Naming & { onlyAfter?: 'ENOENT' },
): Missing {
  const { path: base, made } = tree.at(path)
  const names = path.slice(base.length).split('/').filter(Boolean)
  const steps = tree.plan.in('mounts')
  const directory = names.slice(0, -1).reduce((parent, name) => {
    const below = tree.plan.slot('directory')
    steps.call('mkdirat', [parent, name, 0o755], { ...options, tolerate: ['EEXIST'] })
    steps.call('openat2', [parent, name, STEP_DOWN, STEP_DOWN.length], {
      ...options,
      result: below,
    })
    return below
  }, made as Slot)
  return { directory, name: names.at(-1) ?? '.' }
}

/** The mount point: what can be seen of it later is what is mounted on it. */
function addMissing(
  steps: PhaseSteps,
  { directory, name }: Missing,
  kind: 'directory' | 'file',
  target: Slot,
  options: Naming & { onlyAfter: 'ENOENT' },
): void {
  if (kind === 'directory') steps.call('mkdirat', [directory, name, 0o755], options)
  else steps.call('openat', [directory, name, O.CREAT | O.EXCL | O.CLOEXEC, 0o444], options)
  steps.call('openat2', [directory, name, LOOK_STRICTLY, LOOK_STRICTLY.length], {
    ...options,
    result: target,
  })
}

/** A link in the root can lead into its `/proc`, where a mount would stand between a program and the kernel (CVE-2019-16884). */
function refuseProc(tree: Tree, target: Slot, naming: Naming): void {
  const steps = tree.plan.in('mounts')
  const statfs = tree.plan.memory.allocate(120) // struct statfs: f_type first
  steps.call('fstatfs', [target, statfs], naming)
  const failure = { errno: 'EXDEV', call: 'fstatfs' } as const
  steps.push(check('refuse', [statfs, PROC_SUPER_MAGIC], failure, naming))
}
