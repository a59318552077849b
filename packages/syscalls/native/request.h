/* What Node hands to the stub: one buffer. Mirrored by src/program/request.ts, compared in test/layout.test.ts. */

enum { REQUEST_KEEP = 512, REQUEST_STACK = 4096 };

struct clone_args {  /* uapi/linux/sched.h, CLONE_ARGS_SIZE_VER2 */
  u64 flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size, cgroup;
};

struct request {
  u64 flags;      /* namespaces to make at the clone: CLONE_NEWUSER, CLONE_NEWPID */
  s32 launcher;   /* fd of the launcher's memfd */
  s32 cgroup;     /* fd of the cgroup to be born in, -1: the caller's */
  s32 raise;      /* 1: keep the new user namespace's capabilities across the launcher's exec */
  s32 pidfd;      /* out: the child's pidfd */
  s32 error;      /* out: errno of the child's part */
  s32 keeps;      /* how many of keep[] are used */
  char name[16];  /* the launcher's argv[0] */
  char plan[24];  /* the launcher's argv[1]: the plan's fd and size, see launcher.c */
  s32 keep[REQUEST_KEEP];  /* fds that the launcher needs */
  struct clone_args clone;  /* zeros */
  u8 stack[REQUEST_STACK] __attribute__((aligned(16)));
};
