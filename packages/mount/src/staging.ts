import {
  AT_FDCWD,
  invalidOption,
  MNT_DETACH,
  MOUNT_ATTR,
  MOVE_MOUNT,
  O,
  type Phase,
  type Plan,
  type Slot,
} from '@ns/syscalls'
import { tmpfsSettings } from './entries/tmpfs.ts'
import { type Naming, newFileSystem } from './steps.ts'
import type { Tree } from './tree.ts'

/**
 * Adds a tmpfs in which sources are put together, and takes it away again. It is mounted on top of `/`, where no lookup
 * finds it: not detached, as below Linux 6.15 nothing can be cloned from a detached mount, or be a layer of an overlay.
 *
 * @param add adds the steps in between, whose working directory may be it
 */
export function addStaging<Result>(
  tree: Tree,
  { size }: { size?: string | undefined },
  naming: Naming,
  add: (staging: Slot) => Result,
): Result {
  if (tree.isShared)
    throw invalidOption(
      `mount: what ${naming.dest ?? naming.path} is made of would be seen outside: it contradicts mount.propagation 'shared' and 'unchanged'`,
      'mount',
    )
  const { plan } = tree
  const steps = plan.in('sources')
  const attributes = MOUNT_ATTR.NOSUID | MOUNT_ATTR.NODEV
  const settings = tmpfsSettings(0o755, size)
  const staging = newFileSystem(plan, 'tmpfs', { settings, attributes }, naming)
  steps.call('move_mount', [staging, '', AT_FDCWD, '/', MOVE_MOUNT.F_EMPTY_PATH], naming)
  return keepingDirectory(plan, 'sources', naming, () => {
    const result = add(staging)
    steps.call('fchdir', [staging], naming)
    steps.call('umount2', ['.', MNT_DETACH], naming)
    return result
  })
}

/** Adds steps that change the working directory, and those that change it back. */
export function keepingDirectory<Result>(
  plan: Plan,
  phase: Phase,
  naming: Naming,
  add: () => Result,
): Result {
  const directory = plan.slot('cwd')
  const flags = O.PATH | O.DIRECTORY | O.CLOEXEC
  plan.in(phase).call('openat', [AT_FDCWD, '.', flags], { ...naming, result: directory })
  const result = add()
  plan.in(phase).call('fchdir', [directory], naming)
  return result
}
