/* What the stub and the launcher need of the kernel: raw system calls and a few numbers. No libc, no headers:
 * the same bytes come out on every machine that has the compiler. Names and values are the kernel's (uapi). */

#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;
typedef int s32;

#if defined(__x86_64__)

enum {
  NR_mmap = 9, NR_munmap = 11, NR_rt_sigaction = 13, NR_rt_sigprocmask = 14, NR_nanosleep = 35, NR_clone = 56,
  NR_exit = 60, NR_wait4 = 61, NR_kill = 62, NR_fcntl = 72, NR_capget = 125, NR_capset = 126, NR_rt_sigtimedwait = 128, NR_prctl = 157,
  NR_exit_group = 231, NR_ppoll = 271, NR_close = 3, NR_execveat = 322, NR_clone3 = 435,
  NR_read = 0, NR_fstat = 5, NR_sendto = 44, NR_recvmsg = 47, NR_socketpair = 53, NR_waitid = 247, NR_openat = 257,
  NR_pidfd_send_signal = 424, NR_pidfd_open = 434, NR_close_range = 436,
};

static inline long syscall6(long nr, long a, long b, long c, long d, long e, long f) {
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  __asm__ volatile("syscall" : "+a"(nr) : "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
  return nr;
}

/* A clone whose child goes on in `child(data)` on its own stack and never comes back through this frame. */
#define CLONE_INTO(result, nr, a, b, c, child, data)                                                                   \
  do {                                                                                                                 \
    register long in_rax __asm__("rax") = (nr);                                                                        \
    register void *in_r12 __asm__("r12") = (data);                                                                     \
    register long zero_r10 __asm__("r10") = 0;                                                                         \
    register long zero_r8 __asm__("r8") = 0;                                                                           \
    __asm__ volatile("syscall\n\ttest %%rax, %%rax\n\tjnz 1f\n\txor %%ebp, %%ebp\n\tmov %%r12, %%rdi\n\tcall " #child  \
                     "\n\thlt\n1:"                                                                                     \
                     : "+r"(in_rax)                                                                                    \
                     : "D"(a), "S"(b), "d"(c), "r"(zero_r10), "r"(zero_r8), "r"(in_r12)                                \
                     : "rcx", "r11", "memory");                                                                        \
    (result) = in_rax;                                                                                                 \
  } while (0)

#elif defined(__aarch64__)

enum {
  NR_fcntl = 25, NR_close = 57, NR_ppoll = 73, NR_capget = 90, NR_capset = 91, NR_exit = 93, NR_exit_group = 94,
  NR_nanosleep = 101, NR_kill = 129, NR_rt_sigaction = 134, NR_rt_sigprocmask = 135, NR_rt_sigtimedwait = 137, NR_prctl = 167,
  NR_munmap = 215, NR_clone = 220, NR_mmap = 222, NR_wait4 = 260, NR_execveat = 281, NR_clone3 = 435,
  NR_openat = 56, NR_read = 63, NR_fstat = 80, NR_waitid = 95, NR_socketpair = 199, NR_sendto = 206, NR_recvmsg = 212,
  NR_pidfd_send_signal = 424, NR_pidfd_open = 434, NR_close_range = 436,
};

static inline long syscall6(long nr, long a, long b, long c, long d, long e, long f) {
  register long x8 __asm__("x8") = nr;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  register long x5 __asm__("x5") = f;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
  return x0;
}

#define CLONE_INTO(result, nr, a, b, c, child, data)                                                                   \
  do {                                                                                                                 \
    register long in_x8 __asm__("x8") = (nr);                                                                          \
    register long in_x0 __asm__("x0") = (long)(a);                                                                     \
    register long in_x1 __asm__("x1") = (long)(b);                                                                     \
    register long in_x2 __asm__("x2") = (long)(c);                                                                     \
    register long zero_x3 __asm__("x3") = 0;                                                                           \
    register long zero_x4 __asm__("x4") = 0;                                                                           \
    register void *in_x19 __asm__("x19") = (data);                                                                     \
    __asm__ volatile("svc 0\n\tcbnz x0, 1f\n\tmov x29, xzr\n\tmov x0, x19\n\tbl " #child "\n\tbrk 1\n1:"               \
                     : "+r"(in_x0)                                                                                     \
                     : "r"(in_x8), "r"(in_x1), "r"(in_x2), "r"(zero_x3), "r"(zero_x4), "r"(in_x19)                     \
                     : "x30", "memory");                                                                               \
    (result) = in_x0;                                                                                                  \
  } while (0)

#else
#error "only x86-64 and arm64"
#endif

#define CALL(nr, a, b, c, d) syscall6(NR_##nr, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)

/* The kernel's results: -4095 … -1 is an errno. */
static inline int failed(long result) { return (u64)result > -4096UL; }

enum {
  CLONE_VM = 0x100, CLONE_PIDFD = 0x1000, CLONE_VFORK = 0x4000, SIGCHLD = 17, SIGIO = 29, SIGKILL = 9, SIGSTOP = 19,
  SIGTSTP = 20, SI_QUEUE = -1, ECHILD = 10,
  SIG_SETMASK = 2, PR_SET_DUMPABLE = 4, F_SETFD = 2, AT_EMPTY_PATH = 0x1000, PR_CAP_AMBIENT = 47, PR_CAP_AMBIENT_RAISE = 2,
  PROT_READ = 1, PROT_WRITE = 2, MAP_SHARED = 1, MAP_FIXED_NOREPLACE = 0x100000, WNOHANG = 1, WALL = 0x40000000, POLLHUP = 16,
  ETXTBSY = 26, WEXITED = 4, P_PIDFD = 3, POLLIN = 1, SOL_SOCKET = 1, SCM_RIGHTS = 1, O_CLOEXEC = 0x80000, PR_SET_NAME = 15, MSG_NOSIGNAL = 0x4000,
};
#define CLONE_INTO_CGROUP 0x200000000UL
