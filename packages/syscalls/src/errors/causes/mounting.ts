import { probeSyscall } from '../../kernel/support.ts'
import { type Cause, isRefused } from '../cause.ts'
import { coversOfProc, isKernelBefore } from '../machine.ts'

const isMount = (call: string) => /^(mount|fsconfig|fsmount)$/.test(call)

/** What a fallback cannot do, and why it is one. */
function afterProbe(call: 'mount_setattr' | 'openat2', text: string): string {
  const reason = probeSyscall(call)?.reason
  return reason ? `${text}; ${reason}` : text
}

/** mount(2), pivot_root(2), mount_namespaces(7). */
export const mounting: readonly Cause[] = [
  {
    when: ({ call, errno, path }) => isMount(call) && errno === 'EPERM' && path === 'proc',
    find(_, machine) {
      const covers = coversOfProc(machine)
      const cause =
        'the kernel mounts a new /proc only for the owner of the pid namespace, and only where the present one is not covered in parts'
      if (covers.length === 0) return `${cause}: ask for pid and mount together`
      return {
        cause: `${cause}; covered here: ${covers.join(' ')}`,
        remedies: [
          {
            change:
              'start the container with an uncovered /proc (systempaths=unconfined, procMount: Unmasked)',
            price: 'the container sees and, as root, changes settings of the host that were hidden',
          },
        ],
      }
    },
  },
  {
    when: ({ call, errno, path }) =>
      isMount(call) && errno === 'EPERM' && (path === 'sysfs' || path === 'mqueue'),
    find: ({ path }) =>
      `the kernel mounts a new ${path} only for the owner of the ${path === 'sysfs' ? 'network' : 'ipc'} namespace: make that one too`,
  },
  {
    when: ({ call, errno, path }) =>
      path === 'binfmt_misc' &&
      (isMount(call) || call === 'fsopen') &&
      /^(EPERM|ENODEV)$/.test(errno),
    find: ({ errno }) =>
      errno === 'EPERM'
        ? 'a user namespace has a binfmt_misc of its own from Linux 6.7 on'
        : 'this kernel has no binfmt_misc: modprobe binfmt_misc, or a kernel with CONFIG_BINFMT_MISC',
  },
  {
    when: ({ operation, errno }) =>
      operation === 'register' && /^(EINVAL|EEXIST|ENOENT|EACCES)$/.test(errno),
    find: ({ path, errno }) =>
      errno === 'EINVAL'
        ? `binfmt_misc does not take '${path}': type is M or E, magic and mask have the same length, the interpreter is an absolute path`
        : errno === 'EEXIST'
          ? 'there is an interpreter of that name already'
          : `the interpreter of '${path}', which F opens at once, cannot be opened in the caller's root`,
  },
  {
    when: ({ call, errno, path }) => isMount(call) && errno === 'EINVAL' && path === 'devpts',
    find: () => 'the gid of a devpts has to be mapped in the user namespace',
  },
  {
    when: ({ call, errno, path }) => isMount(call) && errno === 'EBUSY' && path === 'overlay',
    find: () => 'the upper or the work directory is used by another overlay',
  },
  {
    when: ({ call, errno, path }) => isMount(call) && errno === 'EINVAL' && path === 'overlay',
    find: () =>
      'the kernel does not take these layers: in a user namespace nothing may be mounted below a lower directory (findmnt -R), and upper and work have to be two directories of one mount, on a file system that can be an upper one',
  },
  {
    when: ({ call, errno, path }) => isMount(call) && errno === 'EPERM' && path === 'overlay',
    find: (_, machine) =>
      isKernelBefore(machine, 5, 11)
        ? 'an overlay in a user namespace came with Linux 5.11: boot a newer kernel, run as root, or put binds into a tmpfs'
        : undefined,
  },
  {
    when: ({ call, errno }) => isMount(call) && errno === 'EPERM',
    find: () =>
      'mounting needs CAP_SYS_ADMIN in the mount namespace; flags that a mount has from outside (ro, nosuid, nodev, noexec) cannot be taken away',
  },
  {
    when: ({ call, errno }) => call === 'chroot' && errno === 'EPERM',
    find: () =>
      'another root takes CAP_SYS_CHROOT: be root, or enter the user namespace of that process too',
  },
  {
    when: ({ call, errno }) => call === 'umount2' && errno === 'EPERM',
    find: () =>
      'a mount that came from a more privileged mount namespace cannot be taken away alone',
  },
  {
    when: ({ errno, namespace, operation, path }) =>
      errno === 'ENOENT' && namespace === 'mount' && operation !== 'open' && path !== undefined,
    find: ({ call, operation, path, dest }) =>
      call === 'open_tree' || call === 'chdir'
        ? `'${path}' does not exist here`
        : operation === 'attach'
          ? `'${dest}' does not exist in that namespace: nothing is created there`
          : `'${dest ?? path}' does not exist in the new root: nothing is created there, as that would change files of the host`,
  },
  {
    when: ({ errno, operation }) => operation === 'attach' && errno === 'EPERM',
    find: () =>
      'picking up a mount takes CAP_SYS_ADMIN: be root, or name the user namespace that owns the other mounts, as { user: PID }',
  },
  {
    when: ({ errno, operation }) => operation === 'attach' && errno === 'ELOOP',
    find: ({ dest }) =>
      `a component of '${dest}' is a symbolic link, which somebody inside may have put there: name the place itself`,
  },
  {
    when: ({ call, errno, operation }) =>
      call === 'move_mount' && errno === 'EINVAL' && /^(attach|bind)$/.test(`${operation}`),
    find: ({ path, dest }) => `'${path}' and '${dest}' have to be two directories, or two files`,
  },
  {
    when: ({ call, errno, operation, dest }) =>
      call === 'mount_setattr' &&
      errno === 'EINVAL' &&
      dest === undefined &&
      /^(set propagation|remount|make read-only|make writable)$/.test(`${operation}`),
    find: ({ path }) =>
      `'${path}' is no mount, and flags and propagation are a mount's: bind it there first`,
  },
  {
    when: ({ operation, errno }) => operation === 'link' && /^(EEXIST|EINVAL)$/.test(errno),
    find: ({ path, found }) =>
      found
        ? `'${path}' is there already, a link to '${found}': leave it out, or let it point there`
        : `'${path}' is there already, and no link`,
  },
  {
    when: ({ operation, errno }) => operation === 'map the ids' && /^(EPERM|EINVAL)$/.test(errno),
    find: ({ errno }) =>
      errno === 'EPERM'
        ? 'an idmapped mount takes privilege over its file system: be root, and without a user namespace of the command’s'
        : 'this file system cannot be idmapped (mount_setattr(2)), or what was named is no user namespace with a map',
  },
  {
    when: ({ call, errno }) => call === 'fstatfs' && errno === 'EXDEV',
    find: ({ path, dest }) =>
      `'${dest ?? path}' leads into a /proc, where nothing is mounted: a program has to reach the kernel there`,
  },
  {
    when: ({ call, errno, namespace }) =>
      namespace === 'mount' && call === 'openat' && /^(ELOOP|ENOTDIR)$/.test(errno),
    find: ({ path, dest }) =>
      afterProbe(
        'openat2',
        `a component of '${dest ?? path}' is a symbolic link, or no directory, and without openat2 no link is followed`,
      ),
  },
  {
    when: ({ call, errno, namespace }) =>
      namespace === 'mount' && call === 'fchdir' && errno === 'ENOTDIR',
    find: ({ path }) =>
      afterProbe(
        'mount_setattr',
        `'${path}' is no directory, and without mount_setattr only a directory's mount is changed in its place`,
      ),
  },
  {
    when: ({ call, errno }) => call === 'mount' && /^(EOPNOTSUPP|ESTALE)$/.test(errno),
    find: ({ path, errno }) =>
      afterProbe(
        'mount_setattr',
        errno === 'ESTALE'
          ? `something else was mounted at '${path}' meanwhile`
          : `the mount of '${path}' has nosymfollow, which only mount_setattr keeps`,
      ),
  },
  {
    when: ({ operation }) => operation === 'look for changed mounts',
    find: () =>
      afterProbe(
        'mount_setattr',
        'a mount of the caller’s was made, changed or taken away during the start, which could be one that is not read-only: start again',
      ),
  },
  {
    when: ({ call, errno }) => call === 'pivot_root' && errno === 'EINVAL',
    find: () =>
      'pivot_root cannot leave the initial ramfs, nor a root whose parent mount is shared',
  },
  {
    when: (failure) => isRefused(failure) && failure.path?.startsWith('/proc/') === true,
    find: () => "looking at another process's namespaces needs its user id, or CAP_SYS_PTRACE",
  },
]
