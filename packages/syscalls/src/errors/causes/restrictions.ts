import { CAP } from '../../kernel/constants.ts'
import { procName } from '../../namespaces/types.ts'
import {
  type Cause,
  type Diagnosis,
  type Failure,
  isCreation,
  isRefused,
  type Remedy,
} from '../cause.ts'
import {
  isCapable,
  isInChroot,
  type Machine,
  securityModules,
  sysctl,
  unmappedId,
} from '../machine.ts'

// What a machine, a distribution or a container forbids: user_namespaces(7), namespaces(7).

/** The price of user namespaces for everybody. */
const MORE_KERNEL = 'more of the kernel is within the reach of every program here'
const beRoot: Remedy = { change: 'run as root', price: 'what the program breaks is the machine' }

/** New namespaces that are refused whoever asks, or whatever he asks for: first what is known for sure, the rest last. */
export const restrictions: readonly Cause[] = [
  {
    when: (failure) => isCreation(failure) && failure.errno === 'ENOSPC',
    find({ namespace = 'user' }, machine) {
      const limit = `user.max_${procName(namespace)}_namespaces`
      const value = sysctl(machine, limit)
      const tooDeep =
        namespace === 'user' || namespace === 'pid'
          ? ', or it would be nested too deep: user namespaces go 33 levels down, pid namespaces 32'
          : ''
      return {
        cause:
          value === '0'
            ? `${limit} is 0 here, which switches ${namespace} namespaces off`
            : `${limit}, ${value ?? 'not readable'} here, is reached, or a lower limit of a surrounding user namespace${tooDeep}`,
        remedies: [
          { change: `raise ${limit}`, price: 'each namespace takes memory of the kernel' },
        ],
      }
    },
  },
  {
    when: (failure) => isCreation(failure) && isRefused(failure),
    find: ({ call, namespace = 'user' }, machine) =>
      machine.isFiltered(call, namespace)
        ? {
            cause: `a seccomp filter (of a container?) refuses ${call}`,
            remedies: [
              {
                change:
                  'allow clone and unshare with CLONE_NEW* there (Docker, Podman: --security-opt seccomp=PROFILE)',
                price: 'more of the kernel is within the reach of the container',
              },
            ],
          }
        : undefined,
  },
  {
    when: (failure) => isCreation(failure) && isRefused(failure) && failure.namespace === 'user',
    find(_, machine) {
      if (isInChroot(machine))
        return 'the kernel makes no user namespace for a process in a chroot: enter that root by a mount namespace and pivot_root'
      const id = unmappedId(machine)
      return (
        id &&
        `the ${id} of this process is not mapped in the user namespace that it is in (/proc/self/${id}_map), so it can own no other: be an id that is mapped`
      )
    },
  },
  {
    when: (failure) => isRefused(failure) && isDeniedInside(failure),
    find(failure, machine) {
      if (sysctl(machine, 'kernel.apparmor_restrict_unprivileged_userns') !== '1') return undefined
      const label = machine.read('/proc/self/attr/apparmor/current') ?? 'unconfined'
      const isUserNamespace = isCreation(failure) || failure.operation === 'map'
      // A profile of its own may allow them: then what comes later fails for another reason.
      if (!isUserNamespace && label !== 'unconfined') return undefined
      return {
        cause: `AppArmor restricts unprivileged user namespaces here (this process is ${label})`,
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
    },
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
      (isCreation(failure) && isRefused(failure)) ||
      (failure.errno === 'EACCES' && /^(mount|move_mount|pivot_root|umount2)$/.test(failure.call)),
    find: confinement,
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
    find({ namespace, operation }, machine) {
      if (operation === 'attach') return undefined // one that serves that alone: see mounting.ts
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
    when: (failure) => isCreation(failure) && isRefused(failure) && failure.namespace === 'user',
    find: (_, machine) =>
      `neither a sysctl nor a seccomp filter nor an unmapped id stands in the way: a security module (${securityModules(machine)}), or this process is in a chroot`,
  },
  {
    when: ({ call, errno }) =>
      (call === 'execveat' && /^(EPERM|EACCES)$/.test(errno)) ||
      (call === 'memfd_create' && errno === 'EACCES'),
    find: (_, machine) =>
      sysctl(machine, 'vm.memfd_noexec') === '2'
        ? {
            cause: 'vm.memfd_noexec is 2, which forbids programs in memory',
            remedies: [
              { change: 'set it to 1 or 0', price: 'programs can be run that are in no file' },
            ],
          }
        : undefined,
  },
  {
    when: ({ call, errno }) => call === 'execveat' && errno === 'EACCES',
    find: confinement,
  },
]

/** With AppArmor's restriction the user namespace is often made, and what it is used for refused. */
function isDeniedInside(failure: Failure): boolean {
  const { namespace, operation } = failure
  if (isCreation(failure)) return true
  return namespace !== undefined && operation !== 'open' && operation !== 'join'
}

/**
 * A profile of AppArmor that is enforced: what it denies is EACCES, and where it
 * denies a capability EPERM, as that of the first namespace in a new user namespace (apparmor.d(5)).
 */
function confinement({ call, errno, namespace }: Failure, machine: Machine): Diagnosis | undefined {
  const label = machine.read('/proc/self/attr/apparmor/current') ?? ''
  const profile = /^(.*) \(enforce\)$/.exec(label)?.[1]
  if (profile === undefined) return undefined
  const rules =
    call === 'execveat'
      ? '"file," and flags=(attach_disconnected)'
      : namespace === 'user' && errno === 'EACCES'
        ? '"userns,"'
        : '"capability," and "mount,"'
  return {
    cause: `AppArmor confines this process by the profile '${profile}', which may deny it (apparmor="DENIED" in the kernel's log)`,
    remedies: [
      {
        change: `add ${rules} to that profile`,
        price: 'all that the profile is for has the right',
      },
      {
        change:
          'have no profile for this program (Docker, Podman: --security-opt apparmor=unconfined)',
        price: 'nothing else that the profile denies is denied any more',
      },
    ],
  }
}
