import { constants } from 'node:fs'
import {
  type Argument,
  AT,
  AT_FDCWD,
  bits,
  check,
  O,
  type Phase,
  type Plan,
  RESOLVE,
  type Slot,
  STATX_BASIC_STATS,
} from '@ns/syscalls'
import type { Naming } from './steps.ts'
import type { Tree } from './tree.ts'

/** Whether a component of a path may be a symbolic link. */
export type Links = 'followed' | 'refused'

/** `struct open_how` */
function how(resolve: number): Buffer {
  const bytes = Buffer.alloc(24)
  ;[O.PATH | O.CLOEXEC, 0, resolve].forEach((value, i) => {
    bytes.writeBigUInt64LE(BigInt(value), i * 8)
  })
  return bytes
}

/** A link inside resolves inside, as the root is the new one; one of `/proc` (`/proc/PID/root`) could still lead out. */
const HOW: Readonly<Record<Links, Buffer>> = {
  followed: how(RESOLVE.NO_MAGICLINKS),
  refused: how(RESOLVE.NO_SYMLINKS),
}

/** Where a look-up begins, and what it looks for. */
export interface Path {
  readonly phase: Phase
  readonly directory: Argument
  /** Without `.` and `..`. */
  readonly path: string
  readonly links: Links
}

/**
 * Adds the steps that look a path up. Without openat2 no link is followed at all: it would take a loop, and a component
 * that is none when it is looked at can be one when it is followed.
 *
 * @returns an fd of it (O_PATH)
 * @see openat2(2), Linux 5.6
 */
export function lookUp(
  tree: Tree,
  { phase, directory, path, links }: Path,
  naming: Naming,
  target: Slot = tree.plan.slot('target'),
): Slot {
  const { plan } = tree
  if (!tree.has.openat2) return walk(plan, { phase, directory, path }, naming, target)
  const args = [directory, path, HOW[links], HOW[links].length]
  plan.in(phase).call('openat2', args, { ...naming, result: target })
  return target
}

/** Adds the steps that go down component by component. After one that is missing all others are EBADF. */
function walk(
  plan: Plan,
  { phase, directory, path }: Omit<Path, 'links'>,
  naming: Naming,
  target: Slot,
): Slot {
  const isAbsolute = path.startsWith('/')
  const names = [...(isAbsolute ? ['/'] : []), ...path.split('/').filter(Boolean)]
  const from: Argument = isAbsolute ? AT_FDCWD : directory
  const parent = names
    .slice(0, -1)
    .reduce((above, name) => enter(plan, phase, above, name, naming), from)
  return openLast(plan, phase, { directory: parent, name: names.at(-1) ?? '.' }, naming, target)
}

/** Adds the step that goes down into a directory; a link is none (ENOTDIR). */
export function enter(
  plan: Plan,
  phase: Phase,
  directory: Argument,
  name: string,
  naming: Naming,
  below: Slot = plan.slot('directory'),
): Slot {
  const flags = O.PATH | O.DIRECTORY | O.NOFOLLOW | O.CLOEXEC
  plan.in(phase).call('openat', [directory, name, flags], { ...naming, result: below })
  return below
}

/** A name in a directory. */
export interface Entry {
  readonly directory: Argument
  readonly name: string
}

const STX_MODE = 0x1c // of struct statx; 16 bits, and 16 that are zero

/** Adds the steps that open what has a name in a directory. O_PATH opens a link as well, and it could be mounted on. */
export function openLast(
  plan: Plan,
  phase: Phase,
  { directory, name }: Entry,
  naming: Naming,
  target: Slot,
): Slot {
  const steps = plan.in(phase)
  const statx = plan.memory.allocate(256)
  const type = plan.slot('type')
  const flags = O.PATH | O.NOFOLLOW | O.CLOEXEC
  steps.call('openat', [directory, name, flags], { ...naming, result: target })
  steps.call('statx', [target, '', AT.EMPTY_PATH, STATX_BASIC_STATS, statx], naming)
  const mode = statx.at(STX_MODE, 4)
  const failure = { errno: 'ELOOP', call: 'openat' } as const
  steps.push(
    bits(mode, { keep: constants.S_IFMT, set: 0 }, type, naming),
    check('refuse', [type.region.at(0, 4), constants.S_IFLNK], failure, naming),
  )
  return target
}
