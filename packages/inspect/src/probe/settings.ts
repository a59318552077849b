import {
  coversOfProc,
  isInChroot,
  type Machine,
  type NamespaceType,
  namespaceTypes,
  procName,
  type Remedy,
  statusOf,
  sysctl,
  thisMachine,
} from '@ns/syscalls'
import { diagnosed, type Finding, no, yes } from './finding.ts'

/** What is written somewhere: limits, and what a distribution, a container or an administrator restricts. */
export function readSettings({ read }: Pick<Machine, 'read'> = thisMachine): readonly Finding[] {
  // A filter refuses too, but that is no reason for what is written.
  const machine: Machine = { read, isFiltered: () => false }
  return [
    ...namespaceTypes.map((type) => limit(machine, type)),
    appArmor(machine),
    seLinux(machine),
    seccomp(machine),
    yes('security.no_new_privs', statusOf(machine, 'NoNewPrivs') ?? '0'),
    chroot(machine),
    setting(
      machine,
      'security.unprivileged_userns_clone',
      'kernel.unprivileged_userns_clone',
      '0',
      () =>
        diagnosed(
          'security.unprivileged_userns_clone',
          { call: 'unshare', errno: 'EPERM', namespace: 'user' },
          machine,
          { value: '0', code: 'ERR_NS_USERNS_RESTRICTED' },
        ),
    ),
    setting(machine, 'security.memfd_noexec', 'vm.memfd_noexec', '2', () =>
      diagnosed('security.memfd_noexec', { call: 'memfd_create', errno: 'EACCES' }, machine, {
        value: '2',
        code: 'ERR_NS_SETUP',
      }),
    ),
    setting(machine, 'security.suid_dumpable', 'fs.suid_dumpable', '1', () =>
      no('security.suid_dumpable', DUMPABLE, LESS_DUMPABLE, { value: '1' }),
    ),
    covers(machine),
  ]
}

const DUMPABLE =
  'fs.suid_dumpable is 1: a process that changes its ids stays readable for others with them, a start in the middle of it too'
const LESS_DUMPABLE: readonly Remedy[] = [
  { change: 'set fs.suid_dumpable=0', price: 'set-user-ID programs leave no core dumps' },
]

/** A sysctl that has one bad value; one that isn't there restricts nothing. */
function setting(
  machine: Machine,
  id: string,
  name: string,
  bad: string,
  isBad: () => Finding,
): Finding {
  const value = sysctl(machine, name)
  return value === bad ? isBad() : yes(id, value)
}

function limit(machine: Machine, type: NamespaceType): Finding {
  const id = `limits.max_${procName(type)}_namespaces`
  const failure = { call: 'unshare', errno: 'ENOSPC', namespace: type, operation: 'create' }
  return setting(machine, id, `user.max_${procName(type)}_namespaces`, '0', () =>
    diagnosed(id, failure, machine, { value: '0', code: 'ERR_NS_LIMIT' }),
  )
}

function appArmor(machine: Machine): Finding {
  const id = 'security.apparmor'
  const label = machine.read('/proc/self/attr/apparmor/current') ?? 'none'
  const failure = { call: 'unshare', errno: 'EACCES', namespace: 'user' } as const
  return sysctl(machine, 'kernel.apparmor_restrict_unprivileged_userns') === '1'
    ? diagnosed(id, failure, machine, { value: label, code: 'ERR_NS_USERNS_RESTRICTED' })
    : yes(id, label)
}

/** Whether it refuses is what the tries tell. */
function seLinux(machine: Machine): Finding {
  const enforce = machine.read('/sys/fs/selinux/enforce')
  return yes(
    'security.selinux',
    enforce === undefined ? 'none' : enforce === '1' ? 'enforcing' : 'permissive',
  )
}

/** Likewise. */
function seccomp(machine: Machine): Finding {
  const modes: Readonly<Record<string, string>> = { 0: 'none', 1: 'strict', 2: 'filter' }
  return yes('security.seccomp', modes[statusOf(machine, 'Seccomp') ?? '0'] ?? 'unknown')
}

function chroot(machine: Machine): Finding {
  const id = 'security.chroot'
  return isInChroot(machine)
    ? diagnosed(id, { call: 'unshare', errno: 'EPERM', namespace: 'user' }, machine, {
        code: 'ERR_NS_USERNS_RESTRICTED',
      })
    : yes(id)
}

/** Whether that matters is what the try to mount another `/proc` tells. */
function covers(machine: Machine): Finding {
  const covered = coversOfProc(machine)
  return yes('proc.covered', covered.length > 0 ? covered.join(' ') : 'nothing')
}
