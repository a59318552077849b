import {
  AT_FDCWD,
  CLONE_NEW,
  checkKeys,
  close,
  F,
  inside,
  MOVE_MOUNT,
  MS,
  Namespace,
  type NamespaceRef,
  openInside,
  type Plan,
  type RunningOptions,
  type Slot,
} from '@ns/syscalls'
import { type BindOptions, bind } from './entries/bind.ts'
import { attributesOf, FLAGS } from './flags.ts'
import { lookUp } from './lookups.ts'
import { pickUp } from './pick-up.ts'
import { Tree } from './tree.ts'

/** Options of `attach`. */
export interface AttachOptions extends Omit<BindOptions, 'optional' | 'idmap'>, RunningOptions {}

/**
 * Puts a bind mount into a mount namespace that is running: `source`, of the caller's root, is visible at `target` of
 * that namespace from then on. Rootless too, in namespaces of one's own: what may be read of `source` is what the
 * caller may read.
 *
 * `target` has to exist, and none of its components may be a symbolic link: whoever is inside could have put it there.
 *
 * @param ref the mount namespace: a pid, a path, an fd or a handle
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION`; `ERR_NS_NOT_A_NAMESPACE` and `ERR_NS_NO_SUCH_PROCESS` of `ref`;
 * `ERR_NS_PERMISSION` without the right to enter; `ERR_NS_SETUP` with the call and the path otherwise
 * @see open_tree(2), move_mount(2)
 */
export async function attach(
  ref: NamespaceRef,
  source: string,
  target: string,
  options: AttachOptions = {},
): Promise<void> {
  checkKeys('attach', options, ['user', ...FLAGS, 'recursive'], 'mount')
  const { user, ...flags } = options
  const wanted = { ...bind(source, target, flags), source }
  // Both processes mean the same namespace, whatever becomes of the pid; and what is none is refused before anything runs.
  using place = Namespace.open('mount', ref)
  const tree = await openInside({ user }, (plan, fd) => {
    addCopyOfMounts(plan)
    addTree(plan, wanted, fd)
  })
  try {
    await inside({ mount: place, user }, (plan) => {
      addMove(plan, plan.fd(tree, 'tree'), wanted)
      return () => undefined
    })
  } finally {
    close(tree)
  }
}

type Wanted = ReturnType<typeof bind> & { readonly source: string }

const naming = ({ source, target }: Wanted) =>
  ({ namespace: 'mount', operation: 'attach', path: source, dest: target }) as const

/**
 * The caller's mounts, private, in a namespace that nobody else sees and that belongs to the user namespace that was entered:
 * there they may be cloned, and what mount(2) remounts may be mounted for a moment. A copy of a shared mount would itself be
 * shared, and what is mounted below it inside would be mounted on the host as well.
 */
function addCopyOfMounts(plan: Plan): void {
  const steps = plan.in('propagation')
  const options = { namespace: 'mount', operation: 'attach' } as const
  steps.call('unshare', [CLONE_NEW.mount], options)
  steps.call('mount', ['none', '/', 0, MS.REC | MS.PRIVATE, 0], { ...options, path: '/' })
}

function addTree(plan: Plan, wanted: Wanted, result: Slot): void {
  const { source, readonly, recursive } = wanted
  const picked = {
    source,
    scope: recursive ? 'recursive' : 'one',
    set: attributesOf(wanted),
    flags: readonly === 'recursive' ? 'recursive' : 'one',
  } as const
  const clone = pickUp(new Tree(plan, false), picked, naming(wanted))
  plan.in('mounts').call('fcntl', [clone, F.DUPFD_CLOEXEC, 0], { ...naming(wanted), result })
}

/** The place is found once, without links, and then used by fd: nobody inside can put another in its stead. */
function addMove(plan: Plan, tree: ReturnType<Plan['fd']>, wanted: Wanted): void {
  const options = naming(wanted)
  const path = { phase: 'mounts', directory: AT_FDCWD, path: wanted.target } as const
  const place = lookUp(new Tree(plan, false), { ...path, links: 'refused' }, options)
  const flags = MOVE_MOUNT.F_EMPTY_PATH | MOVE_MOUNT.T_EMPTY_PATH
  plan.in('mounts').call('move_mount', [tree, '', place, '', flags], options)
}
