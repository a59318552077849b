import { constants } from 'node:os';
import { Duplex } from 'node:stream';
interface Command extends ProcessAttributes {
    readonly file: string;
    readonly args?: readonly string[];
    readonly argv0?: string | undefined;
    readonly env?: Readonly<Record<string, string | undefined>> | undefined;
    readonly cwd?: string | undefined;
    readonly fds?: readonly (number | null)[] | undefined;
    readonly uid?: number | undefined;
    readonly gid?: number | undefined;
    readonly detached?: boolean | undefined;
}
declare const AT_FDCWD = -100;
declare const AT: {
    readonly EMPTY_PATH: 4096;
    readonly SYMLINK_NOFOLLOW: 256;
    readonly RECURSIVE: 32768;
};
declare const O: Readonly<Record<'RDONLY' | 'WRONLY' | 'RDWR' | 'CREAT' | 'EXCL' | 'NONBLOCK' | 'CLOEXEC' | 'PATH' | 'DIRECTORY' | 'NOFOLLOW', number>>;
declare const F: {
    readonly SETFD: 2;
    readonly SETOWN: 8;
    readonly GETFL: 3;
    readonly SETFL: 4;
    readonly DUPFD_CLOEXEC: 1030;
    readonly ADD_SEALS: 1033;
};
declare const FD_CLOEXEC = 1;
declare const LOCK: {
    readonly SH: 1;
    readonly EX: 2;
    readonly NB: 4;
    readonly UN: 8;
};
declare const F_SEAL: {
    readonly SEAL: 1;
    readonly SHRINK: 2;
    readonly GROW: 4;
    readonly WRITE: 8;
};
declare const MFD: {
    readonly CLOEXEC: 1;
    readonly ALLOW_SEALING: 2;
    readonly EXEC: 16;
};
declare const CLONE: {
    readonly PIDFD: 4096;
    readonly PARENT: 32768;
    readonly THREAD: 65536;
};
declare const SIGNAL: {
    readonly IO: 29;
    readonly KILL: 9;
    readonly CHLD: 17;
};
declare const SIG_SETMASK = 2;
declare const FUTEX: {
    readonly WAIT: 0;
    readonly WAKE: 1;
};
declare const PR: {
    readonly SET_PDEATHSIG: 1;
    readonly SET_DUMPABLE: 4;
    readonly SET_KEEPCAPS: 8;
    readonly SET_NAME: 15;
    readonly CAPBSET_DROP: 24;
    readonly GET_SECUREBITS: 27;
    readonly SET_SECUREBITS: 28;
    readonly SET_NO_NEW_PRIVS: 38;
    readonly CAP_AMBIENT: 47;
};
declare const PR_CAP_AMBIENT: {
    readonly RAISE: 2;
    readonly CLEAR_ALL: 4;
};
declare const SECBIT: {
    readonly NOROOT: 1;
    readonly NOROOT_LOCKED: 2;
    readonly NO_SETUID_FIXUP: 4;
    readonly NO_SETUID_FIXUP_LOCKED: 8;
    readonly KEEP_CAPS: 16;
    readonly KEEP_CAPS_LOCKED: 32;
    readonly NO_CAP_AMBIENT_RAISE: 64;
    readonly NO_CAP_AMBIENT_RAISE_LOCKED: 128;
};
declare const CAP: {
    readonly CHOWN: 0;
    readonly DAC_OVERRIDE: 1;
    readonly DAC_READ_SEARCH: 2;
    readonly FOWNER: 3;
    readonly FSETID: 4;
    readonly KILL: 5;
    readonly SETGID: 6;
    readonly SETUID: 7;
    readonly SETPCAP: 8;
    readonly LINUX_IMMUTABLE: 9;
    readonly NET_BIND_SERVICE: 10;
    readonly NET_BROADCAST: 11;
    readonly NET_ADMIN: 12;
    readonly NET_RAW: 13;
    readonly IPC_LOCK: 14;
    readonly IPC_OWNER: 15;
    readonly SYS_MODULE: 16;
    readonly SYS_RAWIO: 17;
    readonly SYS_CHROOT: 18;
    readonly SYS_PTRACE: 19;
    readonly SYS_PACCT: 20;
    readonly SYS_ADMIN: 21;
    readonly SYS_BOOT: 22;
    readonly SYS_NICE: 23;
    readonly SYS_RESOURCE: 24;
    readonly SYS_TIME: 25;
    readonly SYS_TTY_CONFIG: 26;
    readonly MKNOD: 27;
    readonly LEASE: 28;
    readonly AUDIT_WRITE: 29;
    readonly AUDIT_CONTROL: 30;
    readonly SETFCAP: 31;
    readonly MAC_OVERRIDE: 32;
    readonly MAC_ADMIN: 33;
    readonly SYSLOG: 34;
    readonly WAKE_ALARM: 35;
    readonly BLOCK_SUSPEND: 36;
    readonly AUDIT_READ: 37;
    readonly PERFMON: 38;
    readonly BPF: 39;
    readonly CHECKPOINT_RESTORE: 40;
};
declare const RLIMIT: {
    readonly CPU: 0;
    readonly FSIZE: 1;
    readonly DATA: 2;
    readonly STACK: 3;
    readonly CORE: 4;
    readonly RSS: 5;
    readonly NPROC: 6;
    readonly NOFILE: 7;
    readonly MEMLOCK: 8;
    readonly AS: 9;
    readonly LOCKS: 10;
    readonly SIGPENDING: 11;
    readonly MSGQUEUE: 12;
    readonly NICE: 13;
    readonly RTPRIO: 14;
    readonly RTTIME: 15;
};
declare const PRIO_PROCESS = 0;
declare const KEYCTL_JOIN_SESSION_KEYRING = 1;
declare const TIOC: {
    readonly SCTTY: 21518;
    readonly SPGRP: 21520;
};
declare const SECCOMP_SET_MODE_FILTER = 1;
declare const LANDLOCK_CREATE_RULESET_VERSION = 1;
declare const LANDLOCK_RULE: {
    readonly PATH_BENEATH: 1;
    readonly NET_PORT: 2;
};
declare const LANDLOCK_ACCESS_FS: {
    readonly EXECUTE: 1;
    readonly WRITE_FILE: 2;
    readonly READ_FILE: 4;
    readonly READ_DIR: 8;
    readonly REMOVE_DIR: 16;
    readonly REMOVE_FILE: 32;
    readonly MAKE_CHAR: 64;
    readonly MAKE_DIR: 128;
    readonly MAKE_REG: 256;
    readonly MAKE_SOCK: 512;
    readonly MAKE_FIFO: 1024;
    readonly MAKE_BLOCK: 2048;
    readonly MAKE_SYM: 4096;
    readonly REFER: 8192;
    readonly TRUNCATE: 16384;
    readonly IOCTL_DEV: 32768;
};
declare const LANDLOCK_ACCESS_NET: {
    readonly BIND_TCP: 1;
    readonly CONNECT_TCP: 2;
};
declare const CAPABILITY_VERSION = 537396514;
declare const MS: {
    readonly RDONLY: 1;
    readonly NOSUID: 2;
    readonly NODEV: 4;
    readonly NOEXEC: 8;
    readonly REMOUNT: 32;
    readonly BIND: 4096;
    readonly MOVE: 8192;
    readonly REC: 16384;
    readonly UNBINDABLE: 131072;
    readonly PRIVATE: 262144;
    readonly SLAVE: 524288;
    readonly SHARED: 1048576;
};
declare const MNT_DETACH = 2;
declare const UMOUNT_NOFOLLOW = 8;
declare const OPEN_TREE: {
    readonly CLONE: 1;
    readonly CLOEXEC: 524288;
};
declare const MOVE_MOUNT: {
    readonly F_EMPTY_PATH: 4;
    readonly T_SYMLINKS: 16;
    readonly T_EMPTY_PATH: 64;
};
declare const MOUNT_ATTR: {
    readonly RDONLY: 1;
    readonly NOSUID: 2;
    readonly NODEV: 4;
    readonly NOEXEC: 8;
    readonly IDMAP: 1048576;
};
declare const FSOPEN_CLOEXEC = 1;
declare const FSMOUNT_CLOEXEC = 1;
declare const FSCONFIG: {
    readonly SET_FLAG: 0;
    readonly SET_STRING: 1;
    readonly CMD_CREATE: 6;
};
declare const RESOLVE: {
    readonly NO_MAGICLINKS: 2;
    readonly NO_SYMLINKS: 4;
    readonly BENEATH: 8;
    readonly IN_ROOT: 16;
    readonly CACHED: 32;
};
declare const PROC_SUPER_MAGIC = 40864;
declare const AF_UNIX = 1;
declare const AF_NETLINK = 16;
declare const SOCK: {
    readonly STREAM: 1;
    readonly DGRAM: 2;
    readonly RAW: 3;
    readonly SEQPACKET: 5;
    readonly NONBLOCK: 2048;
    readonly CLOEXEC: 524288;
};
declare const SOL_SOCKET = 1;
declare const SIOCGSKNS = 35148;
declare const SCM_RIGHTS = 1;
declare const MSG: {
    readonly CTRUNC: 8;
    readonly DONTWAIT: 64;
    readonly NOSIGNAL: 16384;
    readonly CMSG_CLOEXEC: 1073741824;
};
declare const P_PIDFD = 3;
declare const W: {
    readonly NOHANG: 1;
    readonly EXITED: 4;
    readonly ALL: 1073741824;
};
declare const EPOLL: {
    readonly CTL_ADD: 1;
    readonly CTL_DEL: 2;
    readonly IN: 1;
    readonly OUT: 4;
};
declare const STATX_INO = 256;
declare const POLL: {
    readonly IN: 1;
    readonly OUT: 4;
    readonly events: 4;
    readonly revents: 6;
    readonly size: 8;
};
declare const STATX_BASIC_STATS = 2047;
declare const NS_GET: {
    readonly USERNS: 46849;
    readonly PARENT: 46850;
    readonly NSTYPE: 46851;
    readonly OWNER_UID: 46852;
};
type Capability = `CAP_${keyof typeof CAP}`;
type Securebit = keyof typeof SECBIT;
interface CapabilityChange {
    readonly drop?: 'all' | readonly Capability[] | undefined;
    readonly add?: readonly Capability[] | undefined;
}
declare const setNames: readonly ["bounding", "permitted", "inheritable", "effective", "ambient"];
type CapabilitySetName = (typeof setNames)[number];
type CapabilityLists = Readonly<Partial<Record<CapabilitySetName, readonly Capability[] | undefined>>>;
interface CapabilityAttributes {
    readonly capabilities?: 'drop' | 'keep' | CapabilityChange | CapabilityLists | undefined;
    readonly securebits?: readonly Securebit[] | undefined;
}
declare class Region {
    readonly offset: number;
    readonly size: number;
    constructor(offset: number, size: number);
    get address(): number;
    at(offset: number, size?: number): Region;
}
declare class Slot {
    readonly region: Region;
    readonly name: string;
    constructor(region: Region, name: string);
}
declare class Memory$1 {
    #private;
    allocate(size: number): Region;
    put(bytes: Uint8Array): Region;
    string(text: string): Region;
    strings(texts: readonly string[]): number[];
    words(values: readonly (number | bigint)[]): Region;
    putWord(offset: number, value: number | bigint): void;
    get room(): Buffer;
    get bytes(): Buffer;
}
declare const table: {
    readonly bind: readonly [49, 200];
    readonly capget: readonly [125, 90];
    readonly capset: readonly [126, 91];
    readonly chdir: readonly [80, 49];
    readonly chroot: readonly [161, 51];
    readonly clock_nanosleep: readonly [230, 115];
    readonly clone: readonly [56, 220];
    readonly clone3: readonly [435, 435];
    readonly close: readonly [3, 57];
    readonly close_range: readonly [436, 436];
    readonly connect: readonly [42, 203];
    readonly dup3: readonly [292, 24];
    readonly epoll_create1: readonly [291, 20];
    readonly epoll_ctl: readonly [233, 21];
    readonly epoll_pwait: readonly [281, 22];
    readonly eventfd2: readonly [290, 19];
    readonly execve: readonly [59, 221];
    readonly execveat: readonly [322, 281];
    readonly exit: readonly [60, 93];
    readonly exit_group: readonly [231, 94];
    readonly faccessat: readonly [269, 48];
    readonly faccessat2: readonly [439, 439];
    readonly fchdir: readonly [81, 50];
    readonly fchmodat: readonly [268, 53];
    readonly fchmod: readonly [91, 52];
    readonly fchownat: readonly [260, 54];
    readonly fcntl: readonly [72, 25];
    readonly flock: readonly [73, 32];
    readonly fsconfig: readonly [431, 431];
    readonly fsmount: readonly [432, 432];
    readonly fsopen: readonly [430, 430];
    readonly fspick: readonly [433, 433];
    readonly fstat: readonly [5, 80];
    readonly fstatfs: readonly [138, 44];
    readonly ftruncate: readonly [77, 46];
    readonly futex: readonly [202, 98];
    readonly getdents64: readonly [217, 61];
    readonly getgroups: readonly [115, 158];
    readonly getpgid: readonly [121, 155];
    readonly getpid: readonly [39, 172];
    readonly getppid: readonly [110, 173];
    readonly getresgid: readonly [120, 150];
    readonly getresuid: readonly [118, 148];
    readonly getsid: readonly [124, 156];
    readonly getsockname: readonly [51, 204];
    readonly getsockopt: readonly [55, 209];
    readonly gettid: readonly [186, 178];
    readonly getxattr: readonly [191, 8];
    readonly ioctl: readonly [16, 29];
    readonly kcmp: readonly [312, 272];
    readonly keyctl: readonly [250, 219];
    readonly kill: readonly [62, 129];
    readonly landlock_add_rule: readonly [445, 445];
    readonly landlock_create_ruleset: readonly [444, 444];
    readonly landlock_restrict_self: readonly [446, 446];
    readonly listen: readonly [50, 201];
    readonly listmount: readonly [458, 458];
    readonly memfd_create: readonly [319, 279];
    readonly mkdirat: readonly [258, 34];
    readonly mknodat: readonly [259, 33];
    readonly mmap: readonly [9, 222];
    readonly mount: readonly [165, 40];
    readonly mount_setattr: readonly [442, 442];
    readonly move_mount: readonly [429, 429];
    readonly msgctl: readonly [71, 187];
    readonly munmap: readonly [11, 215];
    readonly name_to_handle_at: readonly [303, 264];
    readonly nanosleep: readonly [35, 101];
    readonly open_by_handle_at: readonly [304, 265];
    readonly open_tree: readonly [428, 428];
    readonly openat: readonly [257, 56];
    readonly openat2: readonly [437, 437];
    readonly pidfd_getfd: readonly [438, 438];
    readonly pidfd_open: readonly [434, 434];
    readonly pidfd_send_signal: readonly [424, 424];
    readonly pivot_root: readonly [155, 41];
    readonly ppoll: readonly [271, 73];
    readonly prctl: readonly [157, 167];
    readonly pread64: readonly [17, 67];
    readonly prlimit64: readonly [302, 261];
    readonly pwrite64: readonly [18, 68];
    readonly read: readonly [0, 63];
    readonly readlinkat: readonly [267, 78];
    readonly readv: readonly [19, 65];
    readonly recvmsg: readonly [47, 212];
    readonly rt_sigaction: readonly [13, 134];
    readonly rt_sigprocmask: readonly [14, 135];
    readonly rt_sigtimedwait: readonly [128, 137];
    readonly sched_setaffinity: readonly [203, 122];
    readonly seccomp: readonly [317, 277];
    readonly semctl: readonly [66, 191];
    readonly sendto: readonly [44, 206];
    readonly recvfrom: readonly [45, 207];
    readonly sendmsg: readonly [46, 211];
    readonly setdomainname: readonly [171, 162];
    readonly setgroups: readonly [116, 159];
    readonly sethostname: readonly [170, 161];
    readonly setns: readonly [308, 268];
    readonly setpgid: readonly [109, 154];
    readonly setpriority: readonly [141, 140];
    readonly setresgid: readonly [119, 149];
    readonly setresuid: readonly [117, 147];
    readonly setsid: readonly [112, 157];
    readonly setsockopt: readonly [54, 208];
    readonly shmctl: readonly [31, 195];
    readonly socket: readonly [41, 198];
    readonly socketpair: readonly [53, 199];
    readonly statfs: readonly [137, 43];
    readonly statmount: readonly [457, 457];
    readonly statx: readonly [332, 291];
    readonly symlinkat: readonly [266, 36];
    readonly timerfd_create: readonly [283, 85];
    readonly timerfd_settime: readonly [286, 86];
    readonly umask: readonly [95, 166];
    readonly umount2: readonly [166, 39];
    readonly uname: readonly [63, 160];
    readonly unlinkat: readonly [263, 35];
    readonly unshare: readonly [272, 97];
    readonly wait4: readonly [61, 260];
    readonly waitid: readonly [247, 95];
    readonly write: readonly [1, 64];
    readonly writev: readonly [20, 66];
};
type SyscallName = keyof typeof table;
declare function syscallNumber(name: SyscallName, architecture?: string): number;
type NamespaceType = 'cgroup' | 'ipc' | 'mount' | 'net' | 'pid' | 'time' | 'user' | 'uts';
declare const CLONE_NEW: Readonly<Record<NamespaceType, number>>;
declare const namespaceTypes: readonly NamespaceType[];
declare function procName(type: NamespaceType): string;
declare const phases: readonly ["arm", "scheduling", "joins", "user", "parked", "mapped", "time", "guard", "fork", "session", "cgroup", "uts", "ipc", "net", "propagation", "sources", "root", "mounts", "proc", "init", "job", "groups", "nested", "bounding-set", "ids", "keyring", "capabilities", "cwd", "umask", "rearm", "no-new-privileges", "identity", "fds", "terminal", "close", "landlock", "limits", "signals", "seccomp", "exec"];
type Phase = (typeof phases)[number];
type ErrnoName = keyof typeof constants.errno;
declare function errnoName(errno: number): string;
declare function errnoNumber(name: ErrnoName): number;
declare function errnoText(errno: number): string;
interface Fd {
    readonly fd: number;
    readonly name: string;
}
type Argument = number | bigint | string | Uint8Array | Region | Slot | Fd;
interface StepOptions {
    namespace?: NamespaceType | undefined;
    operation?: string | undefined;
    path?: string | undefined;
    dest?: string | undefined;
    tolerate?: readonly ErrnoName[] | undefined;
    expect?: number | undefined;
    result?: Slot | undefined;
    onlyAfter?: ErrnoName | undefined;
    found?: Region | undefined;
    fork?: readonly Step[] | undefined;
    helper?: readonly Step[] | undefined;
}
interface Step extends StepOptions {
    readonly call: SyscallName | 'init' | 'refuse' | 'require' | 'bits';
    readonly args: readonly Argument[];
    readonly failure?: {
        readonly errno: ErrnoName;
        readonly call: SyscallName;
    } | undefined;
}
declare function check(call: 'refuse' | 'require', args: readonly [region: Region, value: number], failure: {
    readonly errno: ErrnoName;
    readonly call: SyscallName;
}, options?: StepOptions): Step;
declare function bits(region: Region, { keep, set }: {
    readonly keep: number;
    readonly set: number;
}, result: Slot, options?: StepOptions): Step;
declare function step(call: SyscallName, args: readonly Argument[], options?: StepOptions): Step;
declare function textOf(memory: Buffer): string;
interface FdOwner {
    add(fd: number): number;
}
declare class PhaseSteps {
    #private;
    readonly steps: Step[];
    readonly phase: Phase;
    constructor(phase: Phase, plan: Plan);
    call(name: SyscallName, args: readonly Argument[], options?: StepOptions): void;
    push(...steps: Step[]): void;
    writeFile(directory: Argument, path: string, content: string, options?: StepOptions): void;
    readFile(directory: Argument, path: string, region: Region, options?: StepOptions): void;
    setOption(socket: Argument, { level, option, value }: {
        level: number;
        option: number;
        value: number;
    }, options?: StepOptions): void;
    openNetlink(protocol: number, result: Slot, options?: StepOptions): void;
}
declare class Plan {
    #private;
    readonly memory: Memory$1;
    readonly proc: Slot;
    init: boolean;
    initUntilEmpty: boolean;
    commandIsPidOne: boolean;
    rootInside: boolean;
    hasNewRoot: boolean;
    mayCoverDirectory: boolean;
    hasReadonlyMounts: boolean;
    isNested: boolean;
    readonly mountPoints: Set<string>;
    readonly warnings: string[];
    readonly warningsIfFailed: {
        readonly result: Slot;
        readonly text: string;
    }[];
    readonly takers: ((fd: number) => void)[];
    readonly fds: Set<number>;
    readonly creates: ReadonlySet<NamespaceType>;
    readonly joins: ReadonlySet<NamespaceType>;
    readonly status: Fd;
    constructor(creates: ReadonlySet<NamespaceType>, joins: ReadonlySet<NamespaceType>, status: Fd, opened: FdOwner);
    in(phase: Phase): PhaseSteps;
    fd(fd: number, name: string): Fd;
    own(fd: number, name: string): Fd;
    slot(name: string): Slot;
    get ordered(): readonly PhaseSteps[];
}
interface GroupAttributes {
    readonly groups?: 'keep' | readonly number[] | undefined;
}
interface KeyringAttributes {
    readonly keyring?: 'new' | 'keep' | undefined;
}
interface LandlockRules {
    readonly readonly?: readonly string[] | undefined;
    readonly readwrite?: readonly string[] | undefined;
    readonly bind?: readonly number[] | undefined;
    readonly connect?: readonly number[] | undefined;
}
interface LandlockAttributes {
    readonly landlock?: LandlockRules | undefined;
}
type LimitName = Lowercase<keyof typeof RLIMIT>;
type LimitValue = number | 'unlimited';
interface Limit {
    readonly soft: LimitValue;
    readonly hard: LimitValue;
}
interface LimitAttributes {
    readonly limits?: Readonly<Partial<Record<LimitName, LimitValue | Partial<Limit> | undefined>>> | undefined;
}
interface SchedulingAttributes {
    readonly nice?: number | undefined;
    readonly oomScoreAdj?: number | undefined;
    readonly affinity?: readonly number[] | undefined;
}
interface SeccompAttributes {
    readonly seccomp?: Uint8Array | readonly Uint8Array[] | undefined;
}
interface SessionAttributes {
    readonly session?: boolean | undefined;
    readonly processGroup?: number | undefined;
    readonly controllingTerminal?: number | undefined;
    readonly foreground?: number | undefined;
}
interface UmaskAttributes {
    readonly umask?: number | undefined;
}
interface ProcessAttributes extends SessionAttributes, SchedulingAttributes, UmaskAttributes, LimitAttributes, GroupAttributes, KeyringAttributes, CapabilityAttributes, SeccompAttributes, LandlockAttributes {
    readonly noNewPrivileges?: boolean | undefined;
    readonly parentDeathSignal?: NodeJS.Signals | undefined;
    readonly cgroup?: string | {
        readonly fd: number;
    } | undefined;
}
declare const attributeKeys: readonly (keyof ProcessAttributes)[];
declare function attributesOf(options: ProcessAttributes): ProcessAttributes;
declare function checkAttributes(command: ProcessAttributes & Pick<Command, 'detached'>): void;
declare function checkCgroup(option: string, cgroup: unknown): void;
declare function isPrivileged(): boolean;
declare function hasCapability(capability: number): boolean;
interface Datagram {
    readonly bytes: Buffer;
    readonly name: Buffer;
    readonly control: Buffer;
}
declare function receiveDatagram(socket: number): Datagram | undefined;
declare function sendDatagram(socket: number, { bytes, name, control }: Datagram): boolean;
declare function close(fd: number): void;
declare function open(path: string, flags: number): number;
declare function socketpair(type?: number): [number, number];
interface Message {
    bytes: Buffer;
    fd?: number;
    isFdLost?: boolean;
}
declare function receive(socket: number): Message | undefined;
declare function send(socket: number, bytes: Uint8Array): boolean;
declare function hasSupplementaryGroups(): boolean;
declare function pidfdOpen(pid: number): number;
declare function pidfdSendSignal(pidfd: number, signal: number, value?: number): boolean;
interface ResourceUsage {
    userCPUTime: number;
    systemCPUTime: number;
    maxRSS: number;
}
interface Exit {
    exitCode: number | null;
    signalCode: NodeJS.Signals | null;
    coreDumped: boolean;
    resourceUsage: ResourceUsage;
}
declare function signalName(signal: number): NodeJS.Signals;
type Word = number | bigint | Uint8Array | null;
interface Where {
    path?: string | undefined;
    dest?: string | undefined;
}
declare function cString(text: string): Buffer;
declare function attempt(name: SyscallName, ...words: Word[]): number;
declare function count(where: Where, name: SyscallName, ...words: Word[]): number;
declare function succeed(where: Where, name: SyscallName, ...words: Word[]): void;
declare function descriptor(where: Where, name: SyscallName, ...words: Word[]): number;
declare function brand(type: Function & {
    prototype: object;
}, name: string): void;
interface Machine {
    read(path: string): string | undefined;
    isFiltered(call: string, namespace: NamespaceType): boolean;
}
declare const thisMachine: Machine;
declare function sysctl({ read }: Machine, name: string): string | undefined;
declare function statusOf({ read }: Machine, key: string): string | undefined;
declare function isInChroot(machine: Machine): boolean;
declare function coversOfProc(machine: Machine): readonly string[];
interface Failure {
    readonly call: string;
    readonly errno: string;
    readonly namespace?: NamespaceType | undefined;
    readonly operation?: string | undefined;
    readonly path?: string | undefined;
    readonly dest?: string | undefined;
    readonly found?: string | undefined;
}
interface Remedy {
    readonly change: string;
    readonly price: string;
}
interface Diagnosis {
    readonly cause: string;
    readonly remedies: readonly Remedy[];
}
type ErrorCode = 'ERR_NS_UNSUPPORTED' | 'ERR_NS_INVALID_OPTION' | 'ERR_NS_NOT_A_NAMESPACE' | 'ERR_NS_NO_SUCH_PROCESS' | 'ERR_NS_PERMISSION' | 'ERR_NS_USERNS_RESTRICTED' | 'ERR_NS_SUBIDS' | 'ERR_NS_LIMIT' | 'ERR_NS_PERSIST' | 'ERR_NS_CGROUP' | 'ERR_NS_SETUP' | 'ERR_NS_TIMEOUT' | 'ERR_NS_EXIT' | 'ERR_NS_SIGNAL' | 'ERR_NS_MAX_BUFFER';
declare function diagnose(failure: Failure, machine?: Machine): Diagnosis | undefined;
declare function hintFor(failure: Failure, machine?: Machine): string | undefined;
interface FailedStep {
    number: number;
    of: number;
    phase: string;
    text: string;
}
interface NamespaceErrorDetails {
    code: ErrorCode;
    namespace?: NamespaceType | undefined;
    operation?: string | undefined;
    step?: FailedStep | undefined;
    hint?: string | undefined;
    cause?: unknown;
}
declare class NamespaceError extends Error {
    readonly name = "NamespaceError";
    readonly code: ErrorCode;
    readonly namespace?: NamespaceType;
    readonly operation?: string;
    readonly step?: FailedStep;
    readonly hint?: string;
    constructor(message: string, details: NamespaceErrorDetails);
}
declare function invalidOption(message: string, namespace?: NamespaceType): NamespaceError;
declare function checkKeys(what: string, options: object, known: readonly string[], namespace?: NamespaceType): void;
declare function checkJoin(type: NamespaceType, options: {
    readonly join?: unknown;
}): void;
declare class SyscallError extends Error {
    readonly name = "SyscallError";
    readonly code: string;
    readonly errno: number;
    readonly syscall: string;
    readonly path?: string;
    readonly dest?: string;
    constructor(errno: number, syscall: string, where?: {
        path?: string | undefined;
        dest?: string | undefined;
    });
}
declare function undoAll(undo: readonly (() => void)[]): void;
declare class UnsupportedError extends Error {
    readonly name = "UnsupportedError";
    readonly code = "ERR_NS_UNSUPPORTED";
}
declare function unescapeOctal(text: string): string;
declare function isAtLeast(major: number, minor: number): boolean;
type ProbedCall = 'clone3' | 'close_range' | 'fsopen' | 'mount_setattr' | 'move_mount' | 'open_tree' | 'openat2';
declare const REFUSALS: readonly ["ENOSYS", "EPERM"];
interface Refusal {
    readonly errno: (typeof REFUSALS)[number];
    readonly reason: string;
}
declare function probeSyscall(name: ProbedCall): Refusal | undefined;
declare function isProbed(name: string): name is ProbedCall;
type NamespaceRef = number | string | {
    readonly fd: number;
} | Namespace;
interface NamespaceIdentity {
    readonly device: number;
    readonly inode: number;
}
declare class Namespace {
    #private;
    readonly fd: number;
    readonly type: NamespaceType;
    readonly identity: NamespaceIdentity;
    private constructor();
    static open(type: NamespaceType, ref: NamespaceRef): Namespace;
    toString(): string;
    equals(other: Namespace): boolean;
    isOwn(): boolean;
    owner(): Namespace;
    parent(): Namespace;
    ownerUid(): number;
    persist(path: string): void;
    close(): void;
    [Symbol.dispose](): void;
}
declare function unpersist(path: string): void;
declare function whilePinned<Result>(pid: number, look: () => Result, namespace?: NamespaceType): Result;
interface Source {
    ref(): void;
    unref(): void;
    close(): void;
}
interface Loop {
    readonly isBlocking: boolean;
    watch(fd: number, ready: () => void, events?: number): Source;
    after(ms: number, callback: () => void): () => void;
}
declare class BlockingLoop implements Loop {
    #private;
    readonly isBlocking = true;
    watch(fd: number, ready: () => void): Source;
    watchWritable(fd: number, ready: () => void): Source;
    after(ms: number, callback: () => void): () => void;
    run(isDone: () => boolean): void;
}
declare function checkCanStart(file: unknown): void;
interface ParkedChild {
    readonly pid: number;
    readonly pidfd: number;
    readonly isBlocking: boolean;
}
interface Contribution {
    readonly type: NamespaceType;
    readonly flags: number;
    readonly join?: NamespaceRef | undefined;
    readonly keepsIds?: boolean | undefined;
    readonly unlessOwn?: boolean | undefined;
    readonly owner?: {
        readonly uid: number;
        readonly gid: number;
    } | undefined;
    readonly placement?: string | {
        readonly fd: number;
    } | undefined;
    steps(plan: Plan): void;
    parent?(child: ParkedChild, plan: Plan): void | Promise<void>;
    release?(plan: Plan, hasStarted: boolean): void;
}
declare function rightsMessage(plan: Plan, text: string): {
    message: Region;
    fd: Slot;
};
declare function handOver(plan: Plan, take: (fd: number) => void): {
    readonly fd: Slot;
    readonly steps: readonly Step[];
};
interface Protections {
    readonly noNewPrivileges: boolean;
    readonly capabilities: Readonly<Record<CapabilitySetName, readonly Capability[]>>;
    readonly groups: readonly number[];
    readonly keyring?: number;
    readonly seccompFilters: number;
    readonly landlock?: number;
    readonly limits: Readonly<Partial<Record<LimitName, Limit>>>;
}
interface Ready {
    readonly pid: number;
    readonly namespaces: Readonly<Partial<Record<NamespaceType, number>>>;
    readonly uidMap?: string;
    readonly gidMap?: string;
    readonly protections?: Protections;
    readonly warnings: readonly string[];
}
type Ended = {
    readonly exit: Exit;
    readonly error?: never;
} | {
    readonly exit?: never;
    readonly error: unknown;
};
declare class Child {
    #private;
    readonly started: Promise<Ready>;
    readonly exited: Promise<Exit>;
    readonly gone: Promise<void>;
    get pid(): number;
    get pidfd(): number;
    kill(signal?: NodeJS.Signals | number): boolean;
    get ended(): Ended | undefined;
    ref(): void;
    unref(): void;
    waitForStart(ms: number): 'starting' | 'running' | 'failing' | 'ended';
}
declare const eventLoop: Loop;
interface ExplainedStep {
    number: number;
    phase: Phase;
    namespace: NamespaceType | undefined;
    process: number;
    text: string;
}
interface Program {
    clone: string;
    steps: readonly ExplainedStep[];
    toString(): string;
}
declare function explain(contributions: readonly Contribution[], command: Command): Program;
interface SpawnError extends NodeJS.ErrnoException {
    spawnargs: readonly string[];
    step: FailedStep;
}
interface RunningOptions {
    readonly user?: NamespaceRef | undefined;
}
type Memory = (region: Region) => Buffer;
declare function inside<Result>(refs: Readonly<{
    [Type in NamespaceType]?: NamespaceRef | undefined;
}>, program: (plan: Plan) => (memory: Memory) => Result): Promise<Result>;
declare function lookAtInside<Result>(refs: Readonly<{
    [Type in NamespaceType]?: NamespaceRef | undefined;
}>, look: (child: ParkedChild) => Result): Promise<Result>;
declare function openInside(refs: Readonly<{
    [Type in NamespaceType]?: NamespaceRef | undefined;
}>, program: (plan: Plan, fd: Slot) => void): Promise<number>;
interface LaunchOptions {
    readonly startTimeout?: number | undefined;
    readonly loop?: Loop | undefined;
}
declare function launch(contributions: readonly Contribution[], command: Command, options?: LaunchOptions): Child;
declare function persisted(contribution: Contribution, path: string): Contribution;
interface PtySize {
    readonly cols: number;
    readonly rows: number;
}
declare function openPty(size: PtySize): {
    master: number;
    slave: number;
};
declare class Pty extends Duplex {
    #private;
    constructor(master: number);
    resize(cols: number, rows: number): void;
    _read(): void;
    _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error) => void): void;
    _final(done: (error?: Error) => void): void;
    _destroy(error: Error | null, done: (error: Error | null) => void): void;
}
declare function dieWith(plan: Plan, statm: Slot): readonly Step[];
declare function mountProc(plan: Plan, phase: 'mounts' | 'proc', target: string, namespace: NamespaceType): void;
declare function filesInPath(name: string): string[];
declare function mayExecute(path: string): boolean;
export { AF_NETLINK, AF_UNIX, AT, AT_FDCWD, BlockingLoop, CAP, CAPABILITY_VERSION, CLONE, CLONE_NEW, Child, EPOLL, F, FD_CLOEXEC, FSCONFIG, FSMOUNT_CLOEXEC, FSOPEN_CLOEXEC, FUTEX, F_SEAL, KEYCTL_JOIN_SESSION_KEYRING, LANDLOCK_ACCESS_FS, LANDLOCK_ACCESS_NET, LANDLOCK_CREATE_RULESET_VERSION, LANDLOCK_RULE, LOCK, MFD, MNT_DETACH, MOUNT_ATTR, MOVE_MOUNT, MS, MSG, NS_GET, Namespace, NamespaceError, O, OPEN_TREE, POLL, PR, PRIO_PROCESS, PROC_SUPER_MAGIC, PR_CAP_AMBIENT, P_PIDFD, PhaseSteps, Plan, Pty, RESOLVE, RLIMIT, Region, SCM_RIGHTS, SECBIT, SECCOMP_SET_MODE_FILTER, SIGNAL, SIG_SETMASK, SIOCGSKNS, SOCK, SOL_SOCKET, STATX_BASIC_STATS, STATX_INO, Slot, SyscallError, TIOC, UMOUNT_NOFOLLOW, UnsupportedError, W, attempt, attributeKeys, attributesOf, bits, brand, cString, check, checkAttributes, checkCanStart, checkCgroup, checkJoin, checkKeys, close, count, coversOfProc, descriptor, diagnose, dieWith, errnoName, errnoNumber, errnoText, eventLoop, explain, filesInPath, handOver, hasCapability, hasSupplementaryGroups, hintFor, inside, invalidOption, isAtLeast, isInChroot, isPrivileged, isProbed, launch, lookAtInside, mayExecute, mountProc, namespaceTypes, open, openInside, openPty, persisted, phases, pidfdOpen, pidfdSendSignal, probeSyscall, procName, receive, receiveDatagram, rightsMessage, send, sendDatagram, signalName, socketpair, statusOf, step, succeed, syscallNumber, sysctl, textOf, thisMachine, undoAll, unescapeOctal, unpersist, whilePinned };
export type { Argument, Capability, CapabilityChange, CapabilityLists, CapabilitySetName, Command, Contribution, Datagram, Diagnosis, Ended, ErrnoName, ErrorCode, Exit, ExplainedStep, FailedStep, Failure, Fd, LandlockRules, LaunchOptions, Limit, LimitName, LimitValue, Loop, Machine, Memory, Message, NamespaceErrorDetails, NamespaceIdentity, NamespaceRef, NamespaceType, ParkedChild, Phase, ProbedCall, ProcessAttributes, Program, Protections, PtySize, Ready, Refusal, Remedy, ResourceUsage, RunningOptions, Securebit, Source, SpawnError, Step, StepOptions, SyscallName };
