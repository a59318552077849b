import { openSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { type Phase, probeSyscall, UnsupportedError } from '@ns/syscalls'
import { isWithin } from './paths.ts'
import type { Naming } from './steps.ts'
import { type MountInfo, parseMountTable } from './table.ts'
import type { Tree } from './tree.ts'

/**
 * The caller's mounts below a directory, as paths in it. Adds the step that fails if one of the caller's mounts has changed
 * between this look and its copying: it could be one more.
 *
 * @param directory without links
 * @param phase after the namespace's begin, and after the directory was picked up
 */
export function mountsBelow(
  tree: Tree,
  phase: Phase,
  directory: string,
  naming: Naming,
): readonly string[] {
  // The kernel counts changes from the open on, and says POLLERR if there are any (mounts_poll in fs/proc_namespace.c).
  const { plan } = tree
  const fd = plan.own(openSync('/proc/self/mountinfo', 'r'), 'mountinfo')
  const table = parseMountTable(readFileSync(fd.fd, 'utf8'))
  const poll = Buffer.alloc(8) // struct pollfd: fd, events, revents
  poll.writeInt32LE(fd.fd, 0)
  const atOnce = Buffer.alloc(16) // struct timespec
  const options = { ...naming, operation: 'look for changed mounts', expect: 0 }
  plan.in(phase).call('ppoll', [poll, 1, atOnce, 0, 0], options)
  const isBelow = ({ target }: MountInfo) => target !== directory && isWithin(target, directory)
  const below = visibleMounts(table).filter(isBelow)
  tree.leavesCovered ||= below.length < table.filter(isBelow).length
  return below.map(({ target }) => relative(directory, target))
}

/** @throws {UnsupportedError} where what comes to light could be a mount that kept its flags */
export function refuseUncovering(tree: Tree, entry: { kind: string }, target: string): void {
  if (!tree.leavesCovered) return
  const reason = probeSyscall('mount_setattr')?.reason
  throw new UnsupportedError(
    `mount: ${entry.kind} of '${target}' could uncover a mount whose flags only mount_setattr changes: ${reason}`,
  )
}

/**
 * The mounts that a path leads to: not covered by one on them, nor by one on a directory above. What is covered is not
 * seen, and who could uncover it later could change its flags as well.
 */
export function visibleMounts(table: readonly MountInfo[]): readonly MountInfo[] {
  const isVisible = (mount: MountInfo): boolean =>
    canBePassed(mount) &&
    !table.some(({ parent, target }) => parent === mount.id && target === mount.target)
  const canBePassed = (mount: MountInfo): boolean => {
    const on = table.find(({ id }) => id === mount.parent)
    if (on === undefined || on === mount) return true
    const isHidden = table.some(
      ({ parent, target }) =>
        parent === on.id && target !== mount.target && isWithin(mount.target, target),
    )
    return !isHidden && canBePassed(on)
  }
  return table.filter(isVisible)
}
