import {
  AT,
  AT_FDCWD,
  CLONE_NEW,
  checkKeys,
  close,
  inside,
  MOVE_MOUNT,
  MS,
  Namespace,
  type NamespaceRef,
  O,
  OPEN_TREE,
  openInside,
  type Plan,
  RESOLVE,
  type RunningOptions,
  type Slot,
} from '@ns/syscalls'
import { setAttributes } from './attributes.ts'
import { type BindOptions, bind } from './entries/bind.ts'
import { attributesOf, FLAGS } from './flags.ts'

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
    if (user !== undefined) addCopyOfMounts(plan)
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

/** The caller's mounts, in a namespace that belongs to the user namespace that was entered: there they may be cloned. */
function addCopyOfMounts(plan: Plan): void {
  const steps = plan.in('propagation')
  const options = { namespace: 'mount', operation: 'attach' } as const
  steps.call('unshare', [CLONE_NEW.mount], options)
  steps.call('mount', ['none', '/', 0, MS.REC | MS.PRIVATE, 0], { ...options, path: '/' })
}

function addTree(plan: Plan, wanted: Wanted, tree: Slot): void {
  const { source, readonly, recursive } = wanted
  const flags = OPEN_TREE.CLONE | OPEN_TREE.CLOEXEC | (recursive ? AT.RECURSIVE : 0)
  const steps = plan.in('sources')
  steps.call('open_tree', [AT_FDCWD, source, flags], { ...naming(wanted), result: tree })
  const set = attributesOf(wanted)
  const scope = readonly === 'recursive' ? 'recursive' : 'one'
  if (set) setAttributes(steps, { directory: tree, path: '', scope }, { set }, naming(wanted))
}

/** The place is found once, without links, and then used by fd: nobody inside can put another in its stead. */
function addMove(plan: Plan, tree: ReturnType<Plan['fd']>, wanted: Wanted): void {
  const how = Buffer.alloc(24) // struct open_how: flags, mode, resolve
  how.writeBigUInt64LE(BigInt(O.PATH | O.CLOEXEC), 0)
  how.writeBigUInt64LE(BigInt(RESOLVE.NO_SYMLINKS), 16)
  const place = plan.slot('place')
  const steps = plan.in('mounts')
  const options = naming(wanted)
  steps.call('openat2', [AT_FDCWD, wanted.target, how, how.length], { ...options, result: place })
  const flags = MOVE_MOUNT.F_EMPTY_PATH | MOVE_MOUNT.T_EMPTY_PATH
  steps.call('move_mount', [tree, '', place, '', flags], options)
}
