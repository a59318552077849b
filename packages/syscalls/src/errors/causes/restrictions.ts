import { CAP } from '../../kernel/constants.ts'
import { CLONE_NEW, procName } from '../../namespaces/types.ts'
import { type Cause, isCreation, isRefused, type Remedy } from '../cause.ts'
import { isCapable, isInChroot, statusOf, sysctl } from '../machine.ts'

// What a machine, a distribution or a container forbids: user_namespaces(7), namespaces(7).

/** The price of user namespaces for everybody. */
const MORE_KERNEL = 'more of the kernel is within the reach of every program here'
const beRoot: Remedy = { change: 'run as root', price: 'what the program breaks is the machine' }

/** New namespaces that are refused whoever asks, or whatever he asks for. */
export const restrictions: readonly Cause[] = [
  {
    when: (failure) => isCreation(failure) && failure.errno === 'ENOSPC',
    find({ namespace = 'user' }, machine) {
      const limit = `user.max_${procName(namespace)}_namespaces`
      const value = sysctl(machine, limit) ?? 'not readable'
      return {
        cause: `no further ${namespace} namespace is allowed: ${limit} is ${value} here (a surrounding user namespace may set less), and namespaces nest 32 levels deep at most`,
        remedies: [
          { change: `raise ${limit}`, price: 'each namespace takes memory of the kernel' },
        ],
      }
    },
  },
  {
    when: (failure) => (isCreation(failure) || failure.operation === 'map') && isRefused(failure),
    find: (_, machine) =>
      sysctl(machine, 'kernel.apparmor_restrict_unprivileged_userns') === '1'
        ? {
            cause: 'AppArmor restricts unprivileged user namespaces here',
            remedies: [
              {
                change: 'set kernel.apparmor_restrict_unprivileged_userns=0',
                price: MORE_KERNEL,
              },
              {
                change: 'load a profile with "userns," for this Node',
                price: 'root has to keep it, and every script of this Node has the right',
              },
            ],
          }
        : undefined,
  },
  {
    when: (failure) => isCreation(failure) && isRefused(failure),
    find: (_, machine) =>
      sysctl(machine, 'kernel.unprivileged_userns_clone') === '0'
        ? {
            cause: 'this distribution reserves user namespaces for root',
            remedies: [
              { change: 'set kernel.unprivileged_userns_clone=1', price: MORE_KERNEL },
              beRoot,
            ],
          }
        : undefined,
  },
  {
    when: (failure) =>
      isCreation(failure) && failure.errno === 'EACCES' && failure.namespace === 'user',
    find: (_, { read }) =>
      read('/sys/fs/selinux/enforce') === '1'
        ? {
            cause: 'SELinux is enforcing, and its policy may refuse user namespaces',
            remedies: [
              {
                change: 'allow user_namespace create for this domain in the policy',
                price: MORE_KERNEL,
              },
            ],
          }
        : undefined,
  },
  {
    when: (failure) => isCreation(failure) && isRefused(failure) && failure.namespace !== 'user',
    find({ namespace }, machine) {
      if (isCapable(machine, CAP.SYS_ADMIN)) return undefined
      return {
        cause: `making a ${namespace ?? ''} namespace needs CAP_SYS_ADMIN`,
        remedies: [
          beRoot,
          {
            change: "add a user namespace (user({ map: 'root' }))",
            price: 'only ids that are mapped there exist inside',
          },
        ],
      }
    },
  },
  {
    when: (failure) => isCreation(failure) && isRefused(failure),
    find(_, machine) {
      if (statusOf(machine, 'Seccomp') === '2')
        return {
          cause: 'a seccomp filter (of a container?) refuses it',
          remedies: [
            {
              change: 'allow clone and unshare with CLONE_NEW* there',
              price: 'more of the kernel is within the reach of the container',
            },
          ],
        }
      if (isInChroot(machine)) return 'the kernel makes no user namespace for a process in a chroot'
      return undefined
    },
  },
  {
    when: ({ call, errno }) => call === 'execveat' && /^(EPERM|EACCES)$/.test(errno),
    find: (_, machine) => memfdRefusal(sysctl(machine, 'vm.memfd_noexec')),
  },
  {
    when: ({ call, errno }) => call === 'memfd_create' && errno === 'EACCES',
    find: (_, machine) => memfdRefusal(sysctl(machine, 'vm.memfd_noexec')),
  },
  {
    when: ({ call, errno, namespace }) =>
      call === 'unshare' && errno === 'EINVAL' && namespace !== undefined,
    find: ({ namespace }) =>
      namespace &&
      `this kernel has no ${namespace} namespaces (CLONE flag 0x${CLONE_NEW[namespace].toString(16)})`,
  },
  {
    when: ({ errno }) => errno === 'ENOSYS',
    find: ({ call }) => `this kernel, or a seccomp filter, does not have ${call}`,
  },
]

function memfdRefusal(value: string | undefined): ReturnType<Cause['find']> {
  if (value !== '2') return undefined
  return {
    cause: 'vm.memfd_noexec is 2, which forbids programs in memory',
    remedies: [{ change: 'set it to 1 or 0', price: 'programs can be run that are in no file' }],
  }
}
