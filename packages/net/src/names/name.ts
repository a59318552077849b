import {
  AT_FDCWD,
  inside,
  LOCK,
  MNT_DETACH,
  MS,
  NamespaceError,
  type NamespaceRef,
  O,
  openInside,
  type Plan,
  SyscallError,
  UMOUNT_NOFOLLOW,
} from '@ns/syscalls'
import { addNetwork, type NewNetwork } from '../create.ts'
import { checkNetNsName, type Names, withOwner } from './directory.ts'

/**
 * Makes a network namespace and gives it a name: `ip netns add`.
 *
 * @returns a socket of NETLINK_ROUTE in it
 * @throws {Error} in Node's shape: `EEXIST`, `EACCES`, `EPERM`, `EROFS`; then there is nothing of it
 */
export async function createNamed(
  name: string,
  names: Names,
  options: NewNetwork,
): Promise<number> {
  checkNetNsName(name)
  return await undoing(name, names, (user) =>
    openInside({ user, mount: names.mount }, (plan, fd) => {
      addDirectory(plan, names)
      addNetwork(plan, options, fd)
      addName(plan, name, names)
    }),
  )
}

/**
 * Gives a network namespace that exists a name: `ip netns attach`.
 *
 * @throws {Error} in Node's shape: `EEXIST`, `EACCES`, `EPERM`, `EROFS`; then there is nothing of it
 */
export async function attach(name: string, names: Names, net: NamespaceRef): Promise<void> {
  checkNetNsName(name)
  await undoing(name, names, (user) =>
    inside({ user, mount: names.mount, net }, (plan) => {
      addDirectory(plan, names)
      addName(plan, name, names)
      return () => undefined
    }),
  )
}

/**
 * Takes a name away; the namespace stays as long as somebody is in it or holds it: `ip netns del`.
 *
 * @throws {Error} in Node's shape: `ENOENT`, `EACCES`, `EPERM`
 */
export async function deleteName(name: string, names: Names): Promise<void> {
  checkNetNsName(name)
  const path = `${names.directory}/${name}`
  const options = { namespace: 'net', operation: 'delete', path } as const
  const remove = (user: NamespaceRef | undefined) =>
    inside({ user, mount: names.mount }, (plan) => {
      const steps = plan.in('mounts')
      // EINVAL: nothing is mounted there, as after a crash.
      const flags = MNT_DETACH | UMOUNT_NOFOLLOW
      steps.call('umount2', [path, flags], { ...options, tolerate: ['EINVAL'] })
      steps.call('unlinkat', [AT_FDCWD, path, 0], options)
      return () => undefined
    })
  await withOwner(names, remove).catch((error) => {
    throw inNodesShape(error)
  })
}

/**
 * The directory, as a mount whose peers see what is mounted below: so a name that is deleted in one mount namespace is
 * not held by copies of the directory in others. Two that do this at once would stack their mounts: hence the lock.
 */
function addDirectory(plan: Plan, { directory }: Names): void {
  const steps = plan.in('net')
  const options = { namespace: 'net', operation: 'prepare the directory', path: directory } as const
  const fd = plan.slot('directory')
  const flags = O.RDONLY | O.DIRECTORY | O.CLOEXEC
  const share = ['none', directory, 'none', MS.SHARED | MS.REC, 0] as const
  const ifNoMount = { ...options, onlyAfter: 'EINVAL' } as const
  steps.call('mkdirat', [AT_FDCWD, directory, 0o755], { ...options, tolerate: ['EEXIST'] })
  steps.call('openat', [AT_FDCWD, directory, flags, 0], { ...options, result: fd })
  steps.call('flock', [fd, LOCK.EX], options)
  steps.call('mount', share, { ...options, tolerate: ['EINVAL'] })
  steps.call('mount', [directory, directory, 'none', MS.BIND | MS.REC, 0], ifNoMount)
  // Private first: a copy of a shared mount would be a peer of the tree that it was made from.
  steps.call('mount', ['none', directory, 'none', MS.PRIVATE | MS.REC, 0], ifNoMount)
  steps.call('mount', share, ifNoMount)
  steps.call('close', [fd], options) // and with it the lock
}

/** What failed behind `name`, left the file. */
const behindName = ['bind', 'send the fd']

/** The file first, which nobody else may have made; then the mount, which is what makes it a name. */
function addName(plan: Plan, name: string, { directory }: Names): void {
  const path = `${directory}/${name}`
  const options = { namespace: 'net', path } as const
  const steps = plan.in('net')
  const fd = plan.slot('file')
  const flags = O.RDONLY | O.CREAT | O.EXCL | O.CLOEXEC
  steps.call('fchdir', [plan.proc], { ...options, operation: 'prepare the directory' })
  steps.call('openat', [AT_FDCWD, path, flags, 0], { ...options, operation: 'name', result: fd })
  const bind = { ...options, operation: 'bind' }
  steps.call('close', [fd], bind)
  steps.call('mount', ['self/ns/net', path, 'none', MS.BIND, 0], bind)
}

async function undoing<Result>(
  name: string,
  names: Names,
  run: (user: NamespaceRef | undefined) => Promise<Result>,
): Promise<Result> {
  try {
    return await withOwner(names, run)
  } catch (error) {
    const { operation } = error as Partial<NamespaceError>
    if (operation && behindName.includes(operation)) await deleteName(name, names).catch(() => {})
    throw inNodesShape(error)
  }
}

const operations = ['prepare the directory', 'name', 'bind', 'delete']

/** What an existing handler looks for: `code` and `path`. */
function inNodesShape(error: unknown): unknown {
  if (!(error instanceof NamespaceError) || !operations.includes(error.operation ?? ''))
    return error
  const { cause } = error
  if (!(cause instanceof SyscallError)) return error
  const { code, errno, syscall, path } = cause
  const details = { code, errno, syscall, path, step: error.step, hint: error.hint }
  return Object.assign(new Error(error.message, { cause: error }), details)
}
