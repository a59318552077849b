import { release } from 'node:os'
import {
  AT,
  AT_FDCWD,
  attempt,
  close,
  cString,
  errnoNumber,
  inside,
  LANDLOCK_CREATE_RULESET_VERSION,
  MOUNT_ATTR,
  O,
  OPEN_TREE,
  openInside,
  probeSyscall,
  SyscallError,
  thisMachine,
} from '@ns/syscalls'
import { diagnosed, type Finding, no, refused, yes } from './finding.ts'
import { addOwnUserNamespace } from './ordinary-user.ts'

const CALLS = [
  'clone3',
  'close_range',
  'fsopen',
  'mount_setattr',
  'move_mount',
  'open_tree',
  'openat2',
] as const
/** `include/uapi/linux/sched.h` */
const CLONE_INTO_CGROUP = 0x2_0000_0000n
const NO_FD = 0x7fffffff

/** What this kernel, and whatever filters its calls, has of what the packages use. */
export async function tryKernel(): Promise<readonly Finding[]> {
  const calls = CALLS.map((name) => {
    const refusal = probeSyscall(name)
    const id = `kernel.${name}`
    return refusal ? no(id, refusal.reason, [], { code: 'ERR_NS_SETUP' }) : yes(id)
  })
  return [
    yes('kernel.release', release()),
    ...calls,
    isThere('pidfd_open', NO_FD, 0),
    isThere('pidfd_getfd', -1, -1, 0),
    landlock(),
    await intoCgroup(),
    await idmapped(),
  ]
}

/** Asked with what it has to refuse. */
function isThere(name: 'pidfd_open' | 'pidfd_getfd', ...words: readonly number[]): Finding {
  const id = `kernel.${name}`
  const result = attempt(name, ...words)
  const errno = (['ENOSYS', 'EPERM'] as const).find((one) => result === -errnoNumber(one))
  if (errno === undefined) return yes(id)
  return diagnosed(id, { call: name, errno: 'ENOSYS' }, thisMachine, {
    code: 'ERR_NS_SETUP',
    value: errno,
  })
}

/** landlock_create_ruleset(2): the version is its answer. */
function landlock(): Finding {
  const id = 'kernel.landlock'
  const abi = attempt('landlock_create_ruleset', null, 0, LANDLOCK_CREATE_RULESET_VERSION)
  if (abi > 0) return yes(id, `ABI ${abi}`)
  if (abi === -errnoNumber('ENOSYS'))
    return no(id, 'this kernel, or a seccomp filter, does not have Landlock')
  return no(id, 'Landlock is built in and not switched on', [
    { change: 'add landlock to the boot parameter lsm=', price: 'a reboot' },
  ])
}

/** Birth in a cgroup, tried with one that isn't open: EBADF says that the kernel looked for it. */
async function intoCgroup(): Promise<Finding> {
  const id = 'kernel.clone_into_cgroup'
  const args = Buffer.alloc(88) // struct clone_args
  args.writeBigUInt64LE(CLONE_INTO_CGROUP, 0)
  args.writeBigUInt64LE(BigInt(NO_FD), 80)
  try {
    await inside({}, (plan) => {
      const options = { operation: 'place', tolerate: ['EBADF'] } as const
      plan.in('user').call('clone3', [args, args.length], options)
      return () => {}
    })
    return yes(id)
  } catch (error) {
    return refused(id, error)
  }
}

/** A copy of the root's mount with the ids of a user namespace, attached nowhere (mount_setattr(2)). */
async function idmapped(): Promise<Finding> {
  const id = 'kernel.idmapped_mounts'
  let user: number
  try {
    user = await openInside({}, (plan, fd) => {
      addOwnUserNamespace(plan)
      plan.in('user').call('openat', [plan.proc, 'self/ns/user', O.RDONLY], { result: fd })
    })
  } catch {
    return { id, answer: 'unknown' }
  }
  const attributes = Buffer.alloc(32) // struct mount_attr
  attributes.writeBigUInt64LE(BigInt(MOUNT_ATTR.IDMAP), 0)
  attributes.writeBigUInt64LE(BigInt(user), 24)
  const tree = attempt('open_tree', AT_FDCWD, cString('/'), OPEN_TREE.CLONE | OPEN_TREE.CLOEXEC)
  const result =
    tree < 0
      ? tree
      : attempt('mount_setattr', tree, cString(''), AT.EMPTY_PATH, attributes, attributes.length)
  if (tree >= 0) close(tree)
  close(user)
  if (result === 0) return yes(id)
  const { code } = new SyscallError(-result, 'mount_setattr')
  return no(
    id,
    code === 'EPERM'
      ? 'only root of the machine may show the root with other ids'
      : `the file system of / has none (${code})`,
  )
}
