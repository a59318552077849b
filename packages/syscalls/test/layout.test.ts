import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { FILTER_INSTRUCTION, FILTER_MAX } from '../src/attributes/seccomp.ts'
import { CALL, KIND as KIND_OF_FD, LEDGER_SIZE } from '../src/calls/ledger.ts'
import { CLONE_NEW } from '../src/index.ts'
import { numbers, type SyscallName, syscallNumber } from '../src/kernel/numbers.ts'
import { KIND, LIST, PLAN, PLAN_ADDRESS, REQUEST, STEP, UNEXPECTED } from '../src/program/layout.ts'
import { STATX_INO_OFFSET } from '../src/program/read-back.ts'
import {
  type Architecture,
  architectures,
  type Claim,
  missingCompiler,
  refute,
} from './support/compiler.ts'

// Numbers, constants and layouts against the headers of the C compiler. It only compiles: arm64 is checked anywhere.

const headers = [
  'errno.h',
  'fcntl.h',
  'poll.h',
  'sched.h',
  'signal.h',
  'sys/epoll.h',
  'sys/ioctl.h',
  'sys/mman.h',
  'sys/mount.h',
  'sys/prctl.h',
  'sys/resource.h',
  'sys/socket.h',
  'sys/stat.h',
  'sys/syscall.h',
  'sys/uio.h',
  'sys/vfs.h',
  'sys/wait.h',
  'linux/capability.h',
  'linux/futex.h',
  'linux/keyctl.h',
  'linux/landlock.h',
  'linux/memfd.h',
  'linux/magic.h',
  'linux/nsfs.h',
  'linux/openat2.h',
  'linux/sched.h',
  'linux/seccomp.h',
  'linux/securebits.h',
  'linux/sockios.h',
  'linux/filter.h',
]

/** Where a constant's name isn't the header's with the group's name in front. */
const spelled: Readonly<Record<string, string>> = {
  CAPABILITY_VERSION: '_LINUX_CAPABILITY_VERSION_3',
  W_ALL: '__WALL',
  W_NOHANG: 'WNOHANG',
  W_EXITED: 'WEXITED',
  EPOLL_IN: 'EPOLLIN',
  POLL_IN: 'POLLIN',
  POLL_OUT: 'POLLOUT',
  POLL_events: 'offsetof(struct pollfd, events)',
  POLL_revents: 'offsetof(struct pollfd, revents)',
  POLL_size: 'sizeof(struct pollfd)',
  TIOC_SCTTY: 'TIOCSCTTY',
  TIOC_SPGRP: 'TIOCSPGRP',
  EPOLL_OUT: 'EPOLLOUT',
}

describe.each(architectures)('%s', (architecture) => {
  const reason = missingCompiler(architecture)
  const check = (
    title: string,
    includes: readonly string[],
    claims: () => readonly Claim[] | Promise<readonly Claim[]>,
  ) =>
    test(title, async ({ skip }) => {
      if (reason) skip(reason)
      const made = await claims()
      expect(made.length).toBeGreaterThan(3)
      expect(refute(architecture, includes, made)).toEqual([])
    })

  test('the compiler refutes what is wrong', ({ skip }) => {
    if (reason) skip(reason)
    expect(refute(architecture, ['sys/syscall.h'], [['__NR_unshare', 1]])).toHaveLength(1)
    expect(refute(architecture, ['no-such.h'], [])).toHaveLength(1)
  })

  // Newer than the headers of Debian 12 (Linux 6.1): @ns/mount compares what they say with mountinfo.
  const newer: readonly SyscallName[] = ['listmount', 'statmount']
  check('system call numbers are the kernel’s', ['sys/syscall.h'], () =>
    (Object.keys(numbers) as SyscallName[])
      .filter((name) => !newer.includes(name))
      .map((name) => [`__NR_${name}`, syscallNumber(name, architecture)]),
  )

  check('every constant is the header’s', headers, async () => constantsOf(architecture))

  check('CLONE_NEW* are those of sched.h', headers, () => [
    ...Object.entries(CLONE_NEW).map(
      ([type, flag]): Claim => [`CLONE_NEW${type === 'mount' ? 'NS' : type.toUpperCase()}`, flag],
    ),
  ])

  check('the constants of native/kernel.h are the headers’', headers, () =>
    nativeConstants(architecture),
  )

  check('the plan is laid out as native/plan.h says', ['"kernel.h"', '"plan.h"'], () => [
    ...offsets('struct step', {
      ...STEP,
      onlyAfter: undefined,
      only_after: STEP.onlyAfter,
      toleratedCount: undefined,
    }),
    ['sizeof(((struct step *)0)->tolerated)', STEP.toleratedCount],
    ...offsets('struct list', LIST),
    ['sizeof(struct plan)', PLAN.header],
    ['offsetof(struct plan, size)', PLAN.size],
    ['offsetof(struct plan, lists)', PLAN.lists],
    ['PLAN_LISTS', PLAN.listCount],
    ['PLAN_ADDRESS', PLAN_ADDRESS],
    ['UNEXPECTED', UNEXPECTED],
    ['STEP_CALL', KIND.call],
    ['STEP_FORK', KIND.fork],
    ['STEP_INIT', KIND.init],
    ['STEP_REFUSE', KIND.refuse],
    ['STEP_REQUIRE', KIND.require],
    ['STEP_BITS', KIND.bits],
  ])

  check('the request is laid out as native/request.h says', ['"kernel.h"', '"request.h"'], () => [
    ...offsets('struct request', { ...REQUEST, keepCount: undefined }),
    ['REQUEST_KEEP', REQUEST.keepCount],
  ])

  check('the ledger is as native/ledger.h says', ['"kernel.h"', '"ledger.h"'], () => [
    ['sizeof(struct ledger)', LEDGER_SIZE],
    ...Object.entries(KIND_OF_FD).map(([name, value]): Claim => [name.toUpperCase(), value]),
    ...Object.entries(CALL).map(([name, value]): Claim => [`LEDGER_${name.toUpperCase()}`, value]),
  ])

  check('the kernel’s own structs are laid out as the sources take them', headers, () => [
    ...offsets('siginfo_t', { si_signo: 0, si_code: 8, si_pid: 16, si_status: 24, size: 128 }),
    ...offsets('struct stat', { st_dev: 0, st_ino: 8 }),
    ...offsets('struct rusage', { ru_utime: 0, ru_stime: 16, ru_maxrss: 32, size: 144 }),
    ...offsets('struct timeval', { tv_sec: 0, tv_usec: 8, size: 16 }),
    ...offsets('struct timespec', { tv_sec: 0, tv_nsec: 8, size: 16 }),
    ...offsets('struct statx', { stx_mode: 28, stx_ino: STATX_INO_OFFSET, size: 256 }),
    ...offsets('struct statfs', { f_type: 0, f_flags: 80, size: 120 }),
    ...offsets('struct cmsghdr', { cmsg_len: 0, cmsg_level: 8, cmsg_type: 12, size: 16 }),
    ['CMSG_LEN(sizeof(int))', 20],
    ['CMSG_SPACE(sizeof(int))', 24],
    ...offsets('struct msghdr', {
      msg_name: 0,
      msg_iov: 16,
      msg_iovlen: 24,
      msg_control: 32,
      msg_controllen: 40,
      size: 56,
    }),
    ...offsets('struct iovec', { iov_base: 0, iov_len: 8, size: 16 }),
    ...offsets('struct pollfd', { fd: 0, events: 4, revents: 6, size: 8 }),
    ['POLLIN', 1],
    ...offsets(
      'struct epoll_event',
      architecture === 'x64' ? { events: 0, data: 4, size: 12 } : { events: 0, data: 8, size: 16 },
    ),
    ...offsets('struct __user_cap_header_struct', { version: 0, pid: 4, size: 8 }),
    ...offsets('struct __user_cap_data_struct', {
      effective: 0,
      permitted: 4,
      inheritable: 8,
      size: 12,
    }),
    ...offsets('struct rlimit', { rlim_cur: 0, rlim_max: 8, size: 16 }),
    ...offsets('struct sock_fprog', { len: 0, filter: 8, size: 16 }),
    ['sizeof(struct sock_filter)', FILTER_INSTRUCTION],
    ['BPF_MAXINSNS', FILTER_MAX],
    ['offsetof(struct landlock_ruleset_attr, handled_access_fs)', 0],
    ...offsets('struct landlock_path_beneath_attr', {
      allowed_access: 0,
      parent_fd: 8,
      size: 12,
    }),
    ['CLD_EXITED', 1],
    ['O_ASYNC', 0o20000],
  ])
})

test('no number stands for two calls', () => {
  for (const architecture of architectures) {
    const all = (Object.keys(numbers) as SyscallName[]).map((name) =>
      syscallNumber(name, architecture),
    )
    expect(new Set(all).size).toBe(all.length)
  }
})

function offsets(struct: string, fields: Readonly<Record<string, number | undefined>>): Claim[] {
  return Object.entries(fields).flatMap(([field, offset]): Claim[] => {
    if (offset === undefined) return []
    return [
      [
        field === 'size' && struct !== 'struct plan'
          ? `sizeof(${struct})`
          : `offsetof(${struct}, ${field})`,
        offset,
      ],
    ]
  })
}

/** All that src/kernel/constants.ts exports, as it is on that architecture. */
async function constantsOf(architecture: Architecture): Promise<Claim[]> {
  const own = Object.getOwnPropertyDescriptor(process, 'arch') as PropertyDescriptor
  Object.defineProperty(process, 'arch', { ...own, value: architecture })
  vi.resetModules()
  try {
    const module: Record<string, unknown> = { ...(await import('../src/kernel/constants.ts')) }
    return Object.entries(module).flatMap(([group, value]): Claim[] => {
      if (typeof value === 'number') return [[headerName(group), value]]
      return Object.entries(value as Record<string, number>).map(([name, own]) => [
        headerName(`${group}_${name}`),
        own,
      ])
    })
  } finally {
    Object.defineProperty(process, 'arch', own)
    vi.resetModules()
  }
}

function headerName(name: string): string {
  return spelled[name] ?? name.replace(/^SIGNAL_/, 'SIG')
}

/** `NR_…` of that architecture's part and the constants of both. */
function nativeConstants(architecture: Architecture): Claim[] {
  const text = readFileSync(join(import.meta.dirname, '../native/kernel.h'), 'utf8')
  const [, x64 = '', arm64 = '', common = ''] = text.split(
    /defined\(__x86_64__\)|defined\(__aarch64__\)|#endif/,
  )
  const part = (architecture === 'x64' ? x64 : arm64) + common
  return [...part.matchAll(/\b([A-Z]\w+) = (0x[0-9a-f]+|\d+)\b/g)].map(
    ([, name = '', value = '']): Claim => [
      name === 'WALL' ? '__WALL' : name.replace(/^NR_/, '__NR_'),
      Number(value),
    ],
  )
}
