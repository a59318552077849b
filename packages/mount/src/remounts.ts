import { basename, dirname } from 'node:path'
import { bits, check, MS, type Phase, type Plan, type Slot } from '@ns/syscalls'
import type { Change, Scope } from './attributes.ts'
import { lookUp } from './lookups.ts'
import type { Naming } from './steps.ts'
import type { Tree } from './tree.ts'

// mount(2) in place of mount_setattr. It takes a name and no fd, all flags and not a change, one mount and not a tree: so
// the name is looked up in a directory that was entered by fd, the flags are made of those that the fd has, and the fd
// says afterwards whether it was this mount.

/** A mount as mount(2) finds it. */
interface Named {
  readonly fd: Slot
  /** Looked up in the working directory. */
  readonly name: string
}

/** Adds the steps that change the flags of a mount whose directory is the working directory, and of those below it. */
export function remountAll(
  tree: Tree,
  phase: Phase,
  { fd, name, below }: Named & { readonly below: readonly string[] },
  change: Change,
  naming: Naming,
): void {
  const { plan } = tree
  const steps = plan.in(phase)
  remount(plan, phase, { fd, name }, change, naming)
  for (const path of below) {
    const options = { ...naming, path: `${naming.path}/${path}` }
    const look = { phase, links: 'refused' } as const
    const above = { ...look, directory: fd, path: dirname(path) }
    const directory = above.path === '.' ? fd : lookUp(tree, above, options)
    const mount = lookUp(tree, { ...look, directory, path: basename(path) }, options)
    steps.call('fchdir', [directory], options)
    remount(plan, phase, { fd: mount, name: basename(path) }, change, options)
    for (const done of new Set([mount, directory]))
      if (done !== fd) steps.call('close', [done], options)
  }
}

/** `struct statfs`: where the flags are, and the one (`linux/statfs.h`) that mount(2) has under another number. */
const STATFS = { size: 120, flags: 80 } as const
const ST_NOSYMFOLLOW = 0x2000
/** What mount(2) sets to what it is given; access times stay as they are (path_mount in fs/namespace.c). */
const GIVEN = MS.RDONLY | MS.NOSUID | MS.NODEV | MS.NOEXEC

/** Adds the steps that change one mount. */
export function remount(
  plan: Plan,
  phase: Phase,
  { fd, name, scope = 'one' }: Named & { readonly scope?: Scope },
  { set = 0, clear = 0, propagation }: Change,
  naming: Naming,
): void {
  const steps = plan.in(phase)
  if (propagation !== undefined) {
    const type = propagation | (scope === 'recursive' ? MS.REC : 0)
    steps.call('mount', ['none', name, 0, type, 0], naming)
    return
  }
  const flags = plan.slot('flags')
  const before = addFlagsOf(plan, phase, fd, naming)
  const odd = plan.slot('flags')
  steps.push(
    bits(before, { keep: ST_NOSYMFOLLOW, set: 0 }, odd, naming),
    check(
      'refuse',
      [odd.region.at(0, 4), ST_NOSYMFOLLOW],
      { errno: 'EOPNOTSUPP', call: 'mount' },
      naming,
    ),
    bits(before, { keep: GIVEN & ~clear, set: set | MS.REMOUNT | MS.BIND }, flags, naming),
  )
  steps.call('mount', ['none', name, 0, flags, 0], naming)
  const now = plan.slot('flags')
  steps.push(
    bits(addFlagsOf(plan, phase, fd, naming), { keep: set, set: 0 }, now, naming),
    check('require', [now.region.at(0, 4), set], { errno: 'ESTALE', call: 'mount' }, naming),
  )
}

/** Adds the step that reads the flags of the mount that an fd is in: the first four have the numbers of `MS_*`. */
function addFlagsOf(plan: Plan, phase: Phase, fd: Slot, naming: Naming) {
  const statfs = plan.memory.allocate(STATFS.size)
  plan.in(phase).call('fstatfs', [fd, statfs], naming)
  return statfs.at(STATFS.flags, 4)
}
