// Names and values of the kernel's headers (include/uapi/linux); the same on x86-64 and arm64 unless said.

/** The current directory, as a directory fd. */
export const AT_FDCWD = -100
export const AT = { EMPTY_PATH: 0x1000, SYMLINK_NOFOLLOW: 0x100, RECURSIVE: 0x8000 } as const
/** `fcntl.h`; O_DIRECTORY and O_NOFOLLOW differ on arm64. */
export const O: Readonly<
  Record<
    | 'RDONLY'
    | 'WRONLY'
    | 'RDWR'
    | 'CREAT'
    | 'EXCL'
    | 'NONBLOCK'
    | 'CLOEXEC'
    | 'PATH'
    | 'DIRECTORY'
    | 'NOFOLLOW',
    number
  >
> = {
  RDONLY: 0,
  WRONLY: 1,
  RDWR: 2,
  CREAT: 0o100,
  EXCL: 0o200,
  NONBLOCK: 0o4000,
  CLOEXEC: 0o2000000,
  PATH: 0o10000000,
  DIRECTORY: process.arch === 'arm64' ? 0o40000 : 0o200000,
  NOFOLLOW: process.arch === 'arm64' ? 0o100000 : 0o400000,
}
export const F = {
  SETFD: 2,
  SETOWN: 8,
  GETFL: 3,
  SETFL: 4,
  DUPFD_CLOEXEC: 1030,
  ADD_SEALS: 1033,
} as const
export const FD_CLOEXEC = 1
/** `sys/file.h` */
export const LOCK = { SH: 1, EX: 2, NB: 4, UN: 8 } as const
export const F_SEAL = { SEAL: 1, SHRINK: 2, GROW: 4, WRITE: 8 } as const
export const MFD = { CLOEXEC: 1, ALLOW_SEALING: 2, EXEC: 0x10 } as const
export const CLONE = { PIDFD: 0x1000, PARENT: 0x8000, THREAD: 0x10000 } as const
export const SIGNAL = { IO: 29, KILL: 9, CHLD: 17 } as const
export const SIG_SETMASK = 2
export const FUTEX = { WAIT: 0, WAKE: 1 } as const
export const PR = {
  SET_PDEATHSIG: 1,
  SET_DUMPABLE: 4,
  SET_KEEPCAPS: 8,
  SET_NAME: 15,
  CAPBSET_DROP: 24,
  GET_SECUREBITS: 27,
  SET_SECUREBITS: 28,
  SET_NO_NEW_PRIVS: 38,
  CAP_AMBIENT: 47,
} as const
export const PR_CAP_AMBIENT = { RAISE: 2, CLEAR_ALL: 4 } as const
/** `linux/securebits.h`; each has a bit beside it that locks it. */
export const SECBIT = {
  NOROOT: 1,
  NOROOT_LOCKED: 2,
  NO_SETUID_FIXUP: 4,
  NO_SETUID_FIXUP_LOCKED: 8,
  KEEP_CAPS: 0x10,
  KEEP_CAPS_LOCKED: 0x20,
  NO_CAP_AMBIENT_RAISE: 0x40,
  NO_CAP_AMBIENT_RAISE_LOCKED: 0x80,
} as const
/** capabilities(7) */
export const CAP = {
  CHOWN: 0,
  DAC_OVERRIDE: 1,
  DAC_READ_SEARCH: 2,
  FOWNER: 3,
  FSETID: 4,
  KILL: 5,
  SETGID: 6,
  SETUID: 7,
  SETPCAP: 8,
  LINUX_IMMUTABLE: 9,
  NET_BIND_SERVICE: 10,
  NET_BROADCAST: 11,
  NET_ADMIN: 12,
  NET_RAW: 13,
  IPC_LOCK: 14,
  IPC_OWNER: 15,
  SYS_MODULE: 16,
  SYS_RAWIO: 17,
  SYS_CHROOT: 18,
  SYS_PTRACE: 19,
  SYS_PACCT: 20,
  SYS_ADMIN: 21,
  SYS_BOOT: 22,
  SYS_NICE: 23,
  SYS_RESOURCE: 24,
  SYS_TIME: 25,
  SYS_TTY_CONFIG: 26,
  MKNOD: 27,
  LEASE: 28,
  AUDIT_WRITE: 29,
  AUDIT_CONTROL: 30,
  SETFCAP: 31,
  MAC_OVERRIDE: 32,
  MAC_ADMIN: 33,
  SYSLOG: 34,
  WAKE_ALARM: 35,
  BLOCK_SUSPEND: 36,
  AUDIT_READ: 37,
  PERFMON: 38,
  BPF: 39,
  CHECKPOINT_RESTORE: 40,
} as const
/** `asm-generic/resource.h` */
export const RLIMIT = {
  CPU: 0,
  FSIZE: 1,
  DATA: 2,
  STACK: 3,
  CORE: 4,
  RSS: 5,
  NPROC: 6,
  NOFILE: 7,
  MEMLOCK: 8,
  AS: 9,
  LOCKS: 10,
  SIGPENDING: 11,
  MSGQUEUE: 12,
  NICE: 13,
  RTPRIO: 14,
  RTTIME: 15,
} as const
export const PRIO_PROCESS = 0
export const KEYCTL_JOIN_SESSION_KEYRING = 1
export const TIOC = { SCTTY: 0x540e, SPGRP: 0x5410 } as const
export const SECCOMP_SET_MODE_FILTER = 1
/** `linux/landlock.h` */
export const LANDLOCK_CREATE_RULESET_VERSION = 1
export const LANDLOCK_RULE = { PATH_BENEATH: 1, NET_PORT: 2 } as const
export const LANDLOCK_ACCESS_FS = {
  EXECUTE: 1,
  WRITE_FILE: 2,
  READ_FILE: 4,
  READ_DIR: 8,
  REMOVE_DIR: 0x10,
  REMOVE_FILE: 0x20,
  MAKE_CHAR: 0x40,
  MAKE_DIR: 0x80,
  MAKE_REG: 0x100,
  MAKE_SOCK: 0x200,
  MAKE_FIFO: 0x400,
  MAKE_BLOCK: 0x800,
  MAKE_SYM: 0x1000,
  REFER: 0x2000,
  TRUNCATE: 0x4000,
  IOCTL_DEV: 0x8000,
} as const
export const LANDLOCK_ACCESS_NET = { BIND_TCP: 1, CONNECT_TCP: 2 } as const
/** `_LINUX_CAPABILITY_VERSION_3` */
export const CAPABILITY_VERSION = 0x20080522
export const MS = {
  RDONLY: 1,
  NOSUID: 2,
  NODEV: 4,
  NOEXEC: 8,
  REMOUNT: 32,
  BIND: 4096,
  MOVE: 8192,
  REC: 16384,
  UNBINDABLE: 0x20000,
  PRIVATE: 0x40000,
  SLAVE: 0x80000,
  SHARED: 0x100000,
} as const
export const MNT_DETACH = 2
export const UMOUNT_NOFOLLOW = 8
export const OPEN_TREE = { CLONE: 1, CLOEXEC: 0o2000000 } as const
export const MOVE_MOUNT = { F_EMPTY_PATH: 4, T_SYMLINKS: 0x10, T_EMPTY_PATH: 0x40 } as const
export const MOUNT_ATTR = { RDONLY: 1, NOSUID: 2, NODEV: 4, NOEXEC: 8, IDMAP: 0x100000 } as const
/** `include/uapi/linux/mount.h`; flags of fsopen and fsmount are all CLOEXEC. */
export const FSOPEN_CLOEXEC = 1
export const FSMOUNT_CLOEXEC = 1
export const FSCONFIG = { SET_FLAG: 0, SET_STRING: 1, CMD_CREATE: 6 } as const
/** `include/uapi/linux/openat2.h` */
export const RESOLVE = {
  NO_MAGICLINKS: 2,
  NO_SYMLINKS: 4,
  BENEATH: 8,
  IN_ROOT: 0x10,
  CACHED: 0x20,
} as const
/** `include/uapi/linux/magic.h` */
export const PROC_SUPER_MAGIC = 0x9fa0
export const AF_UNIX = 1
export const AF_NETLINK = 16
export const SOCK = {
  STREAM: 1,
  DGRAM: 2,
  RAW: 3,
  SEQPACKET: 5,
  NONBLOCK: 0o4000,
  CLOEXEC: 0o2000000,
} as const
export const SOL_SOCKET = 1
/** `include/uapi/linux/sockios.h`: an fd of a socket's network namespace (CAP_NET_ADMIN in its owner; Linux 4.9). */
export const SIOCGSKNS = 0x894c
export const SCM_RIGHTS = 1
export const MSG = {
  CTRUNC: 0x8,
  DONTWAIT: 0x40,
  NOSIGNAL: 0x4000,
  CMSG_CLOEXEC: 0x40000000,
} as const
export const P_PIDFD = 3
export const W = { NOHANG: 1, EXITED: 4, ALL: 0x40000000 } as const
export const EPOLL = { CTL_ADD: 1, CTL_DEL: 2, IN: 1, OUT: 4 } as const
export const STATX_INO = 0x100
/** `struct pollfd`: events, and field offsets in bytes. */
export const POLL = { IN: 1, OUT: 4, events: 4, revents: 6, size: 8 } as const
export const STATX_BASIC_STATS = 0x7ff
/** ioctls of a namespace's fd: `include/uapi/linux/nsfs.h` */
export const NS_GET = { USERNS: 0xb701, PARENT: 0xb702, NSTYPE: 0xb703, OWNER_UID: 0xb704 } as const
