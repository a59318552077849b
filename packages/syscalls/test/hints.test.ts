import { expect, test } from 'vitest'
import { diagnose, type Failure, hintFor, type Machine } from '../src/index.ts'

/** What a machine would say, and the hint that follows from it. */
type Line = readonly [what: string, failure: Failure, files: Record<string, string>, hint: RegExp]

const create = (namespace: Failure['namespace'], errno: string): Failure => ({
  call: 'unshare',
  errno,
  namespace,
  operation: 'create',
})
const user = (errno: string) => create('user', errno)
const mountProc: Failure = { call: 'mount', errno: 'EPERM', namespace: 'pid', path: 'proc' }
const mountinfo = (...points: string[]) => ({
  '/proc/self/mountinfo': points.map((point) => `1 2 0:3 / ${point} rw - t s rw`).join('\n'),
})

const lines: readonly Line[] = [
  [
    'a limit of 0',
    create('uts', 'ENOSPC'),
    { '/proc/sys/user/max_uts_namespaces': '0' },
    /max_uts_namespaces is 0 .*raise user\.max_uts/,
  ],
  [
    'a kernel without binfmt_misc',
    { call: 'fsopen', errno: 'ENODEV', namespace: 'mount', path: 'binfmt_misc' },
    {},
    /^this kernel has no binfmt_misc: modprobe binfmt_misc/,
  ],
  [
    'a kernel whose binfmt_misc is the machine’s',
    { call: 'fsconfig', errno: 'EPERM', namespace: 'mount', path: 'binfmt_misc' },
    {},
    /binfmt_misc of its own from Linux 6\.7 on/,
  ],
  [
    'another root without the right to it',
    { call: 'chroot', errno: 'EPERM', namespace: 'mount', operation: 'enter the root' },
    {},
    /CAP_SYS_CHROOT/,
  ],
  [
    'limits of an ipc namespace that another user namespace owns, before Linux 5.19',
    { call: 'openat', errno: 'EACCES', namespace: 'ipc', operation: 'set a limit' },
    { '/proc/sys/kernel/osrelease': '5.10.0-32-amd64' },
    /from Linux 5\.19 on/,
  ],
  [
    'limits by another id than 0',
    { call: 'openat', errno: 'EACCES', namespace: 'ipc', operation: 'set a limit' },
    { '/proc/sys/kernel/osrelease': '6.12.0' },
    /limits are set by root/,
  ],
  [
    'a clock below 0',
    { call: 'write', errno: 'ERANGE', namespace: 'time' },
    {},
    /no clock can be moved below 0/,
  ],
  [
    'an id that is not mapped',
    { call: 'setresgid', errno: 'EINVAL', operation: 'change ids' },
    {},
    /no such id: map it, by ranges or map: 'auto'/,
  ],
  [
    'a directory on a file',
    { call: 'move_mount', errno: 'EINVAL', operation: 'bind', path: '/a', dest: '/b' },
    {},
    /'\/a' and '\/b' have to be two directories, or two files/,
  ],
  [
    'the propagation of what is no mount',
    { call: 'mount_setattr', errno: 'EINVAL', operation: 'set propagation', path: '/mnt' },
    {},
    /'\/mnt' is no mount/,
  ],
  [
    'layers that the kernel does not take',
    { call: 'fsconfig', errno: 'EINVAL', namespace: 'mount', path: 'overlay' },
    {},
    /nothing may be mounted below a lower directory/,
  ],
  [
    'a kernel without ns_last_pid',
    { call: 'openat', errno: 'ENOENT', namespace: 'pid', operation: 'set the last pid' },
    {},
    /CONFIG_CHECKPOINT_RESTORE/,
  ],
  [
    'AppArmor',
    user('EACCES'),
    { '/proc/sys/kernel/apparmor_restrict_unprivileged_userns': '1' },
    /AppArmor restricts .*=0, or load a profile/,
  ],
  [
    'SELinux',
    user('EACCES'),
    { '/sys/fs/selinux/enforce': '1' },
    /SELinux is enforcing.*user_namespace create/,
  ],
  [
    "a distribution's sysctl",
    user('EPERM'),
    { '/proc/sys/kernel/unprivileged_userns_clone': '0' },
    /unprivileged_userns_clone=1, or run as root/,
  ],
  [
    'a user namespace that AppArmor leaves without privilege',
    { call: 'mount', errno: 'EACCES', namespace: 'mount', operation: 'mount' },
    { '/proc/sys/kernel/apparmor_restrict_unprivileged_userns': '1' },
    /AppArmor restricts .*\(this process is unconfined\)/,
  ],
  [
    'with a profile of its own, no such user namespace',
    { call: 'mount', errno: 'EPERM', namespace: 'mount', operation: 'mount' },
    {
      '/proc/sys/kernel/apparmor_restrict_unprivileged_userns': '1',
      '/proc/self/attr/apparmor/current': 'node (unconfined)',
    },
    /^mounting needs CAP_SYS_ADMIN/,
  ],
  ...(
    [
      [user('EACCES'), /'box', which may deny it .*add "userns,"/],
      [user('EPERM'), /'box', .*add "capability," and "mount,"/],
      [create('uts', 'EPERM'), /'box', .*add "capability," and "mount,"/],
      [{ call: 'execveat', errno: 'EACCES' }, /'box', .*attach_disconnected/],
    ] as const
  ).map(
    ([failure, hint]): Line => [
      `a profile of AppArmor that denies ${failure.call}`,
      failure,
      { '/proc/self/attr/apparmor/current': 'box (enforce)' },
      hint,
    ],
  ),
  [
    'an own id without a map',
    user('EPERM'),
    {
      '/proc/self/status': 'Uid:\t7\t7\t7\t7\nGid:\t8\t8\t8\t8',
      '/proc/self/uid_map': '0 0 8',
      '/proc/self/gid_map': '0 0 8',
    },
    /the gid of this process is not mapped/,
  ],
  [
    'a security module',
    user('EPERM'),
    { '/sys/kernel/security/lsm': 'capability,landlock,bpf' },
    /a security module \(capability,landlock,bpf\)/,
  ],
  ['a chroot', user('EPERM'), mountinfo('/proc', '/sys'), /process in a chroot/],
  [
    'a missing privilege',
    create('net', 'EPERM'),
    {},
    /CAP_SYS_ADMIN: run as root, or add a user namespace/,
  ],
  [
    'a kernel without the type',
    create('time', 'EINVAL'),
    {},
    /no time namespaces \(CLONE flag 0x80\)/,
  ],
  [
    'memfd_noexec',
    { call: 'execveat', errno: 'EACCES' },
    { '/proc/sys/vm/memfd_noexec': '2' },
    /memfd_noexec is 2.*set it to 1 or 0/,
  ],
  [
    'a covered /proc',
    mountProc,
    mountinfo('/', '/proc', '/proc/sys', '/proc/keys'),
    /covered here: \/proc\/sys \/proc\/keys: .*Unmasked/,
  ],
  [
    'a /proc of another pid namespace',
    mountProc,
    mountinfo('/', '/proc'),
    /ask for pid and mount together/,
  ],
  [
    'sysfs without its network',
    { ...mountProc, path: 'sysfs' },
    {},
    /owner of the network namespace/,
  ],
  [
    'a devpts with a foreign gid',
    { ...mountProc, path: 'devpts', errno: 'EINVAL' },
    {},
    /gid of a devpts/,
  ],
  [
    'a busy overlay',
    { ...mountProc, path: 'overlay', errno: 'EBUSY' },
    {},
    /used by another overlay/,
  ],
  [
    'an overlay of an older kernel',
    { ...mountProc, path: 'overlay' },
    { '/proc/sys/kernel/osrelease': '5.10.0-44-amd64' },
    /came with Linux 5\.11: boot a newer kernel/,
  ],
  ['a locked flag', { ...mountProc, path: '/mnt' }, {}, /cannot be taken away/],
  ['a locked mount', { call: 'umount2', errno: 'EPERM' }, {}, /more privileged mount namespace/],
  ['pivot_root', { call: 'pivot_root', errno: 'EINVAL' }, {}, /initial ramfs.*shared/],
  [
    'a dead pid namespace',
    { call: 'clone', errno: 'ENOMEM', namespace: 'pid' },
    {},
    /PID 1 of this pid namespace has ended/,
  ],
  [
    'a foreign namespace',
    { call: 'setns', errno: 'EPERM', namespace: 'net' },
    {},
    /joining a net namespace .*owns it/,
  ],
  [
    'the own user namespace',
    { call: 'setns', errno: 'EINVAL', namespace: 'user' },
    {},
    /that it is in/,
  ],
  ['a map of foreign ids', { call: 'write', errno: 'EINVAL', operation: 'map' }, {}, /no such id/],
]

const machineOf = (files: Record<string, string>, isFiltered = false): Machine => ({
  read: (path) => files[path],
  isFiltered: () => isFiltered,
})

test.each(lines)('BEHAVIOURS E: %s is found on the machine', (_, failure, files, hint) => {
  expect(hintFor(failure, machineOf(files))).toMatch(hint)
})

test('BEHAVIOURS E: a seccomp filter, whatever else there is', () => {
  const files = {
    '/proc/sys/kernel/apparmor_restrict_unprivileged_userns': '1',
    '/proc/self/attr/apparmor/current': 'docker-default (enforce)',
  }
  for (const failure of [user('EPERM'), create('net', 'EPERM')])
    expect(hintFor(failure, machineOf(files, true))).toMatch(
      /^a seccomp filter .* refuses unshare: allow clone and unshare/,
    )
})

test('every change has its price, and what has none says only why', () => {
  for (const [, failure, files] of lines)
    for (const { change, price } of diagnose(failure, machineOf(files))?.remedies ?? [])
      expect([change, price]).not.toContain('')
  expect(diagnose({ call: 'setns', errno: 'EPERM' })?.remedies).toEqual([])
})

test('what is not known has no hint', () => {
  expect(hintFor({ call: 'read', errno: 'EIO' })).toBeUndefined()
})
