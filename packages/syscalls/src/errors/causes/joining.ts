import { CAP } from '../../kernel/constants.ts'
import { type Cause, isRefused } from '../cause.ts'
import { isCapable, securityModules, statusOf } from '../machine.ts'

/** setns(2), pid_namespaces(7), user_namespaces(7). */
export const joining: readonly Cause[] = [
  {
    when: ({ call, errno }) => call === 'setns' && errno === 'EPERM',
    find: ({ namespace, path = `a ${namespace ?? ''} namespace` }) =>
      namespace === 'user'
        ? 'joining a user namespace needs CAP_SYS_ADMIN in it: be its owner, or root, in a user namespace above it. The one above the own, or one beside it, can never be joined'
        : `joining ${path} needs CAP_SYS_ADMIN in the user namespace that owns it: join that one too (user: { join })`,
  },
  {
    when: ({ call, errno }) => call === 'setns' && errno === 'EINVAL',
    find: ({ namespace }) =>
      namespace === 'user' ? 'a process cannot join the user namespace that it is in' : undefined,
  },
  {
    when: ({ call, errno, namespace }) =>
      call === 'clone' && errno === 'ENOMEM' && namespace === 'pid',
    find: () => 'PID 1 of this pid namespace has ended: nobody can be born there any more',
  },
  {
    when: ({ call, errno, operation }) =>
      call === 'write' && errno === 'EINVAL' && operation === 'map',
    find: () => 'the parent user namespace has no such id, or the ranges overlap',
  },
  {
    when: ({ call, errno, operation }) =>
      call === 'write' && errno === 'EPERM' && operation === 'map',
    find: (_, machine) =>
      /\s0\s/.test(statusOf(machine, 'Uid') ?? '') && !isCapable(machine, CAP.SETFCAP)
        ? 'uid 0 can be mapped only with CAP_SETFCAP (Linux 5.12): have that capability, or be another user'
        : undefined,
  },
  {
    when: (failure) => failure.operation === 'map' && isRefused(failure),
    find: (_, machine) =>
      `what the kernel asks for is there, so a security module refuses it (${securityModules(machine)})`,
  },
  {
    when: ({ operation, errno }) => operation === 'set the last pid' && errno === 'ENOENT',
    find: () => 'this kernel has no ns_last_pid: it is built without CONFIG_CHECKPOINT_RESTORE',
  },
  {
    when: ({ operation, errno }) => operation === 'disable nested' && errno === 'EIO',
    find: () =>
      'a user namespace could still be made inside: this kernel does not keep to the limit',
  },
  {
    when: ({ operation, errno }) =>
      operation === 'disable nested' && /^(EROFS|EACCES)$/.test(errno),
    find: () =>
      '/proc/sys is read-only here (in a container?): disableNested takes a /proc whose sys/user can be written',
  },
]
