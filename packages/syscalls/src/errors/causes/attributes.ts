import type { Cause, Failure } from '../cause.ts'
import type { Machine } from '../machine.ts'

const filtersKeyctl =
  "a seccomp filter (of a container?) refuses keyctl: allow it there, or say keyring: 'keep'"

/** By operation and errno: setpgid(2), ioctl_tty(2), setgroups(2), capabilities(7), seccomp(2), landlock(7). */
const hints: Readonly<Record<string, (failure: Failure, machine: Machine) => string>> = {
  'set the nice value EACCES': () =>
    'a lower nice value than the caller’s takes CAP_SYS_NICE in the initial user namespace, or RLIMIT_NICE',
  'set the oom score EACCES': () =>
    'a lower oom score than the lowest that was set takes CAP_SYS_RESOURCE in the initial user namespace',
  'bind to CPUs EINVAL': (_, { read }) =>
    `none of these CPUs can be used: online are ${read('/sys/devices/system/cpu/online')}, and a cpuset may allow fewer`,
  'enter the process group EPERM': () =>
    'the process group has to be in the caller’s session: 0 makes one',
  'enter the process group ESRCH': () =>
    'there is no such process group in this pid namespace: 0 makes one',
  'take the controlling terminal ENOTTY': () => 'this fd of the command is no terminal',
  'take the controlling terminal EPERM': () =>
    'this terminal is the controlling one of another session already: open a new one',
  'come to the foreground ENOTTY': () =>
    'this fd of the command is not the terminal that the caller is controlled by',
  'set groups EPERM': () =>
    'setgroups takes CAP_SETGID, and is denied where an ordinary user mapped a single group (user_namespaces(7)): map groups by subordinate ids, or leave out groups',
  'change ids EINVAL': () =>
    "the user namespace has no such id: map it, by ranges or map: 'auto' of @ns/user, or leave out uid and gid",
  'make a session keyring EDQUOT': (_, { read }) =>
    `the command's user outside has no room for a key (/proc/key-users), those of commands that ended a moment ago included: raise the sysctl kernel.keys.maxkeys, ${read('/proc/sys/kernel/keys/maxkeys')} here, and maxbytes, or root's root_maxkeys; run fewer at once; or say keyring: 'keep'`,
  'make a session keyring EPERM': () => filtersKeyctl,
  'make a session keyring ENOSYS': () => filtersKeyctl,
  'set groups EINVAL': () => 'each group needs an id in the user namespace',
  'drop capabilities EPERM': () =>
    'dropping from the bounding set takes CAP_SETPCAP: run as root, or add a user namespace',
  'set capabilities EPERM': () =>
    'only what the caller is permitted, and has in its bounding set, can be given: add a user namespace for capabilities that count inside',
  'set securebits EPERM': () =>
    'securebits take CAP_SETPCAP, and a bit that is locked stays as it is',
  'restrict by Landlock ENOENT': ({ path }) => `'${path}' does not exist in the child's root`,
  'restrict by Landlock EPERM': () => 'without no_new_privs it takes CAP_SYS_ADMIN',
}

const seccompHints: Readonly<Record<string, string>> = {
  EINVAL: 'the kernel takes classic BPF that loads from struct seccomp_data and ends with a return',
  EACCES: 'without no_new_privs it takes CAP_SYS_ADMIN',
  EPERM: 'a filter before it forbids the seccomp call',
  ENOMEM: 'all filters of a process have 32768 instructions at most',
}

/** An attribute that could not be set. */
export const attributes: readonly Cause[] = [
  { when: ({ call }) => call === 'seccomp', find: ({ errno }) => seccompHints[errno] },
  {
    when: ({ operation, errno }) => `${operation} ${errno}` in hints,
    find: (failure, machine) => hints[`${failure.operation} ${failure.errno}`]?.(failure, machine),
  },
]
