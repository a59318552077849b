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
export const F_SEAL = { SEAL: 1, SHRINK: 2, GROW: 4, WRITE: 8 } as const
export const MFD = { CLOEXEC: 1, ALLOW_SEALING: 2, EXEC: 0x10 } as const
export const CLONE = { PIDFD: 0x1000, PARENT: 0x8000 } as const
export const SIGNAL = { IO: 29, KILL: 9, CHLD: 17 } as const
export const SIG_SETMASK = 2
export const FUTEX = { WAIT: 0, WAKE: 1 } as const
export const PR = {
  SET_PDEATHSIG: 1,
  SET_DUMPABLE: 4,
  SET_NAME: 15,
  CAPBSET_DROP: 24,
  SET_NO_NEW_PRIVS: 38,
} as const
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
export const RESOLVE = { NO_MAGICLINKS: 2, NO_SYMLINKS: 4, BENEATH: 8 } as const
/** `include/uapi/linux/magic.h` */
export const PROC_SUPER_MAGIC = 0x9fa0
export const AF_UNIX = 1
export const SOCK = { STREAM: 1, SEQPACKET: 5, NONBLOCK: 0o4000, CLOEXEC: 0o2000000 } as const
export const SOL_SOCKET = 1
export const SCM_RIGHTS = 1
export const MSG = { DONTWAIT: 0x40, NOSIGNAL: 0x4000, CMSG_CLOEXEC: 0x40000000 } as const
export const P_PIDFD = 3
export const W = { NOHANG: 1, EXITED: 4, ALL: 0x40000000 } as const
export const EPOLL = { CTL_ADD: 1, CTL_DEL: 2, IN: 1 } as const
export const STATX_INO = 0x100
/** `struct pollfd`: events, and field offsets in bytes. */
export const POLL = { IN: 1, OUT: 4, events: 4, revents: 6, size: 8 } as const
export const STATX_BASIC_STATS = 0x7ff
/** ioctls of a namespace's fd: `include/uapi/linux/nsfs.h` */
export const NS_GET = { USERNS: 0xb701, PARENT: 0xb702, NSTYPE: 0xb703, OWNER_UID: 0xb704 } as const
