import { readFileSync, statSync } from 'node:fs'
import { isProbed, probeSyscall } from '../kernel/support.ts'
import { CLONE_NEW, type NamespaceType, procName } from '../namespaces/types.ts'

/** What failed: the rules below look at the machine for why. */
export interface Failure {
  call: string
  errno: string
  namespace?: NamespaceType | undefined
  operation?: string | undefined
  path?: string | undefined
  dest?: string | undefined
  /** What was there instead. */
  found?: string | undefined
}

interface Rule {
  when: (failure: Failure) => boolean
  hint: (failure: Failure) => string | undefined
}

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return undefined
  }
}

const status = (key: string): string | undefined =>
  read('/proc/self/status')?.match(new RegExp(`^${key}:\\s*(.*)$`, 'm'))?.[1]

const isCreation = ({ call, operation }: Failure) =>
  operation === 'create' || call === 'clone' || call === 'clone3' || call === 'unshare'
const refused = (errno: string) => errno === 'EPERM' || errno === 'EACCES'

/** clone(2), CLONE_INTO_CGROUP; cgroups(7). */
const placementHints: Readonly<Record<string, string>> = {
  ENOENT: 'placement takes a cgroup that exists: make its directory first',
  ENOTDIR: 'placement takes the directory of a cgroup',
  EBADF: 'placement takes a directory of the cgroup v2 tree',
  EACCES:
    'a process may be placed where cgroup.procs is writable, there and in the common ancestor: have the subtree delegated',
  EBUSY:
    'this cgroup hands controllers to its children, so it takes no processes: place it in a child of it',
  EOPNOTSUPP: 'this cgroup is "domain invalid": a cgroup above it is threaded',
  ENODEV: 'this cgroup was removed',
  EAGAIN: "this cgroup's pids.max is reached",
  ENOSYS:
    'placement at birth takes clone3 (Linux 5.7), which this kernel or a seccomp filter does not have',
  EPERM:
    'placement at birth takes clone3, to which a seccomp filter (of a container?) answers EPERM: allow it there',
}

/** Tried in order; the first that knows something answers. */
const rules: readonly Rule[] = [
  {
    when: ({ operation }) => operation === 'place',
    hint: ({ errno }) => placementHints[errno],
  },
  {
    when: ({ call, errno }) => isProbed(call) && (errno === 'ENOSYS' || errno === 'EPERM'),
    hint: ({ call }) => (isProbed(call) ? probeSyscall(call)?.reason : undefined),
  },
  {
    when: (failure) => isCreation(failure) && failure.errno === 'ENOSPC',
    hint: ({ namespace = 'user' }) => {
      const limit = `user.max_${procName(namespace)}_namespaces`
      const value = read(`/proc/sys/${limit.replace('.', '/')}`)
      return `no further ${namespace} namespace is allowed: ${limit} is ${value ?? 'not readable'} here (a surrounding user namespace may set less), and namespaces nest 32 levels deep at most`
    },
  },
  {
    when: (failure) =>
      (isCreation(failure) || failure.operation === 'map') && refused(failure.errno),
    hint: () =>
      read('/proc/sys/kernel/apparmor_restrict_unprivileged_userns') === '1'
        ? 'AppArmor restricts unprivileged user namespaces here: set kernel.apparmor_restrict_unprivileged_userns=0, or load a profile with "userns," for this Node'
        : undefined,
  },
  {
    when: (failure) => isCreation(failure) && refused(failure.errno),
    hint: () =>
      read('/proc/sys/kernel/unprivileged_userns_clone') === '0'
        ? 'set kernel.unprivileged_userns_clone=1, or run as root'
        : undefined,
  },
  {
    when: (failure) =>
      isCreation(failure) && refused(failure.errno) && failure.namespace !== 'user',
    hint: ({ namespace }) =>
      `making a ${namespace ?? ''} namespace needs CAP_SYS_ADMIN: run as root, or add a user namespace (user({ map: 'root' }))`,
  },
  {
    when: (failure) =>
      (isCreation(failure) || failure.call === 'execveat') && refused(failure.errno),
    hint: (failure) => {
      if (failure.call === 'execveat')
        return read('/proc/sys/vm/memfd_noexec') === '2'
          ? 'vm.memfd_noexec is 2, which forbids programs in memory: set it to 1 or 0'
          : undefined
      if (status('Seccomp') === '2')
        return 'a seccomp filter (of a container?) refuses it: allow clone and unshare with CLONE_NEW* there'
      if (isInChroot()) return 'the kernel makes no user namespace for a process in a chroot'
      return undefined
    },
  },
  {
    when: ({ errno, call }) => errno === 'ENOSYS' || (errno === 'EINVAL' && call === 'unshare'),
    hint: ({ call, namespace }) =>
      call === 'unshare' && namespace
        ? `this kernel has no ${namespace} namespaces (CLONE flag 0x${CLONE_NEW[namespace].toString(16)})`
        : `this kernel, or a seccomp filter, does not have ${call}`,
  },
  {
    when: ({ call, errno }) => /^(mount|fsconfig|fsmount)$/.test(call) && errno === 'EPERM',
    hint: ({ path }) =>
      path === 'proc'
        ? `the kernel mounts a new /proc only for the owner of the pid namespace, and only where the present one is not covered in parts: ${coveredProc() ?? 'ask for pid and mount together'}`
        : 'mounting needs CAP_SYS_ADMIN in the mount namespace; flags that a mount has from outside (ro, nosuid, nodev, noexec) cannot be taken away',
  },
  {
    when: ({ errno, namespace, operation, path }) =>
      errno === 'ENOENT' && namespace === 'mount' && operation !== 'open' && path !== undefined,
    hint: ({ call, operation, path, dest }) =>
      call === 'open_tree'
        ? `'${path}' does not exist here`
        : operation === 'attach'
          ? `'${dest}' does not exist in that namespace: nothing is created there`
          : `'${dest ?? path}' does not exist in the new root: nothing is created there, as that would change files of the host`,
  },
  {
    when: ({ errno, operation }) => operation === 'attach' && errno === 'EPERM',
    hint: () =>
      'picking up a mount takes CAP_SYS_ADMIN: be root, or name the user namespace that owns the other mounts, as { user: PID }',
  },
  {
    when: ({ errno, operation }) => operation === 'attach' && errno === 'ELOOP',
    hint: ({ dest }) =>
      `a component of '${dest}' is a symbolic link, which somebody inside may have put there: name the place itself`,
  },
  {
    when: ({ call, errno, operation }) =>
      call === 'move_mount' && operation === 'attach' && errno === 'EINVAL',
    hint: ({ path, dest }) => `'${path}' and '${dest}' have to be two directories, or two files`,
  },
  {
    when: ({ operation, errno }) => operation === 'link' && /^(EEXIST|EINVAL)$/.test(errno),
    hint: ({ path, found }) =>
      found
        ? `'${path}' is there already, a link to '${found}': leave it out, or let it point there`
        : `'${path}' is there already, and no link`,
  },
  {
    when: ({ call, errno }) => call === 'fstatfs' && errno === 'EXDEV',
    hint: ({ path, dest }) =>
      `'${dest ?? path}' leads into a /proc, where nothing is mounted: a program has to reach the kernel there`,
  },
  {
    when: ({ call, errno }) => call === 'pivot_root' && errno === 'EINVAL',
    hint: () =>
      'pivot_root cannot leave the initial ramfs, nor a root whose parent mount is shared',
  },
  {
    when: ({ call, errno }) => call === 'setns' && errno === 'EPERM',
    hint: ({ namespace }) =>
      namespace === 'user'
        ? 'joining a user namespace needs CAP_SYS_ADMIN in it: be its owner, or root'
        : `joining needs CAP_SYS_ADMIN in the user namespace that owns this ${namespace ?? ''} namespace: join that one too (user: { join })`,
  },
  {
    when: ({ call, errno }) => call === 'setns' && errno === 'EINVAL',
    hint: ({ namespace }) =>
      namespace === 'user' ? 'a process cannot join the user namespace that it is in' : undefined,
  },
  {
    when: ({ errno, path }) => refused(errno) && path?.startsWith('/proc/') === true,
    hint: () => "looking at another process's namespaces needs its user id, or CAP_SYS_PTRACE",
  },
]

function isInChroot(): boolean {
  try {
    return statSync('/proc/1/root/').ino !== statSync('/').ino
  } catch {
    return false
  }
}

function coveredProc(): string | undefined {
  const covered = read('/proc/self/mountinfo')
    ?.split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((point) => point.startsWith('/proc/'))
  return covered?.length ? `covered here: ${covered.join(' ')}` : undefined
}

/** What to change, found by looking at the machine after a failure; never changes what is done. */
export function hintFor(failure: Failure): string | undefined {
  for (const rule of rules) {
    if (!rule.when(failure)) continue
    const hint = rule.hint(failure)
    if (hint) return hint
  }
  return undefined
}
