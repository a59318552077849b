/* The ledger of a Worker: which fds its starts have opened, and which children they have made.
 *
 * A Worker can be terminated between any two instructions of its JavaScript, and runs none afterwards. So what it owns
 * is written down by the very call that makes it, here, and the thread's end is told by a destructor of thread-specific
 * data (pthread_key_create(3)). That closes the fds, and leaves children that still run to a thread of its own, which
 * waits for them: nobody else in the process would ever (waitid(2) of a pidfd may be any thread's). */

#include "kernel.h"
#include "request.h"
#include "ledger.h"

static int look(s32 fd, struct owned *owned) {
  u64 stat[32];  /* struct stat begins with st_dev and st_ino on both architectures */
  if (CALL(fstat, fd, stat, 0, 0)) return 0;
  owned->device = stat[0];
  owned->inode = stat[1];
  return 1;
}

static void record(struct ledger *ledger, s32 fd, u64 kind) {
  if (fd < 0 || fd >= LEDGER_FDS || !look(fd, &ledger->fds[fd])) return;
  ledger->fds[fd].kind = kind;
  if (fd >= ledger->end) ledger->end = fd + 1;
}

/* Node closes what it was given (a socket of a pipe) without a word to us, and the number may be another thread's by now. */
static u64 kind_of(struct ledger *ledger, s32 fd) {
  struct owned *owned = &ledger->fds[fd], now;
  if (owned->kind && (!look(fd, &now) || now.device != owned->device || now.inode != owned->inode)) owned->kind = FREE;
  return owned->kind;
}

static void drop(struct ledger *ledger, s32 fd) {
  ledger->fds[fd].kind = FREE;
  CALL(close, fd, 0, 0, 0);
}

/* Whether it was reaped, here or by somebody else; its fd is closed then. */
static int reap(struct ledger *ledger, s32 pidfd) {
  struct { s32 signal, error, code, unused, pid, rest[27]; } info;
  info.pid = 0;
  long result = syscall6(NR_waitid, P_PIDFD, pidfd, (long)&info, WEXITED | WNOHANG | WALL, 0, 0);
  if (result != -ECHILD && (result || !info.pid)) return 0;
  drop(ledger, pidfd);
  return 1;
}

/* Closes what has ended of what is left, waiting for it if `time` is 0. */
static void turn(struct ledger *ledger, const u64 *time) {
  CALL(ppoll, ledger->polls, ledger->left, time, 0);
  int news = 0, over = 0;
  for (s32 i = ledger->left - 1; i >= 0; i--) {
    struct poll *poll = &ledger->polls[i];
    if (!poll->revents) continue;
    news = 1;
    if (ledger->fds[poll->fd].kind == LIFELINE) drop(ledger, poll->fd);
    else if (!reap(ledger, poll->fd)) continue;
    over = 1;
    *poll = ledger->polls[--ledger->left];
  }
  if (!news || over) return;
  u64 pause[2] = {0, 10000000};  /* it has ended, but a tracer has to let go of it first (ptrace(2)) */
  CALL(nanosleep, pause, 0, 0, 0);
}

/* A handler of Node's runs in Node's threads alone; 32 to 34 are libc's own, which setuid(2) of all threads takes. */
static void begin_thread(const char *name) {
  u64 most = ~(7UL << 31);
  CALL(rt_sigprocmask, SIG_SETMASK, &most, 0, sizeof most);
  CALL(prctl, PR_SET_NAME, name, 0, 0);
}

static void *keep(void *argument) {
  struct ledger *ledger = argument;
  begin_thread("ns-keeper");
  while (ledger->left) turn(ledger, 0);
  CALL(munmap, ledger, sizeof *ledger, 0, 0);
  return 0;
}

/* A launcher that was killed may have cloned a child that nobody has heard of. It is this thread's, and ends by itself. */
static void find_children(struct ledger *ledger) {
  long file = CALL(openat, -100, "/proc/thread-self/children", O_CLOEXEC, 0);
  char text[512];
  long pid = 0, length;
  while (file >= 0 && (length = CALL(read, file, text, sizeof text, 0)) > 0)
    for (long i = 0; i < length; i++) {
      if (text[i] >= '0' && text[i] <= '9') pid = pid * 10 + text[i] - '0';
      else if (pid) {
        record(ledger, (s32)CALL(pidfd_open, pid, 0, 0, 0), CHILD);
        pid = 0;
      }
    }
  if (file >= 0) CALL(close, file, 0, 0, 0);
}

/* The thread ends; its isolate is gone. */
static void end(void *argument) {
  struct ledger *ledger = argument;
  ledger->delete_key(ledger->key);
  int launchers = 0;
  for (s32 fd = 0; fd < ledger->end; fd++) {
    u64 kind = kind_of(ledger, fd);
    if (kind == OPENED) drop(ledger, fd);  /* a child that waits for us reads the end of its status socket */
    if (kind != LAUNCHER) continue;
    CALL(pidfd_send_signal, fd, SIGKILL, 0, 0);
    launchers++;
  }
  for (s32 fd = 0; fd < ledger->end && launchers; fd++) {
    struct poll poll = {fd, POLLIN, 0};
    u64 second[2] = {1, 0};
    if (ledger->fds[fd].kind == LAUNCHER) CALL(ppoll, &poll, 1, second, 0);
  }
  if (launchers) find_children(ledger);
  for (s32 fd = 0; fd < ledger->end; fd++) {
    u64 kind = ledger->fds[fd].kind;
    if (kind) ledger->polls[ledger->left++] = (struct poll){fd, kind == LIFELINE ? 0 : POLLIN, 0};
  }
  u64 now[2] = {0, 0}, thread;
  if (ledger->left) turn(ledger, now);
  if (!ledger->left) CALL(munmap, ledger, sizeof *ledger, 0, 0);
  else if (!ledger->create(&thread, 0, keep, ledger)) ledger->detach(thread);
}

/* Tells the Worker that its epoll fd has something: a byte by a socket, which Node reads as any other; the answer says
 * that it was seen. koffi would call back into an isolate that is being terminated, and abort the process. */
static void *watch(void *argument) {
  s32 epoll = (s32)((u64)argument >> 32), socket = (s32)(u64)argument;
  begin_thread("ns-watcher");
  for (char byte = 0;;) {
    struct poll polls[2] = {{epoll, POLLIN, 0}, {socket, POLLIN, 0}};
    if (CALL(ppoll, polls, 2, 0, 0) < 0) continue;
    if (polls[1].revents) break;  /* the Worker has ended */
    if (syscall6(NR_sendto, socket, (long)&byte, 1, MSG_NOSIGNAL, 0, 0) != 1) break;
    if (CALL(read, socket, &byte, 1, 0) != 1) break;
  }
  CALL(close, socket, 0, 0, 0);
  return 0;
}

static long start_watching(struct ledger *ledger, s32 epoll, s32 socket) {
  u64 thread;
  int error = ledger->create(&thread, 0, watch, (void *)((u64)epoll << 32 | (u32)socket));
  if (error) return -error;
  ledger->detach(thread);
  ledger->fds[socket].kind = FREE;  /* the thread's own to close */
  return 0;
}

/* A call whose result is an fd, or that stores fds: they are recorded before JavaScript goes on. */
static long opening(struct ledger *ledger, long nr, long a, long b, long c, long d, long e, long f) {
  long result = syscall6(nr, a, b, c, d, e, f);
  if (failed(result)) return result;
  if (nr == NR_socketpair) {
    record(ledger, ((s32 *)d)[0], OPENED);
    record(ledger, ((s32 *)d)[1], OPENED);
  } else if (nr == NR_recvmsg) {
    u64 *header = (u64 *)b;  /* struct msghdr, see src/calls/fds.ts; its control message is for one fd */
    struct { u64 length; s32 level, type, fd; } *control = (void *)header[4];
    const char *bytes = *(char **)header[2];
    if (header[5] < 20 || control->level != SOL_SOCKET || control->type != SCM_RIGHTS) return result;
    record(ledger, control->fd, result == 1 && *bytes == 'f' ? CHILD : OPENED);  /* MESSAGE.forked: a pidfd */
  } else record(ledger, (s32)result, OPENED);
  return result;
}

__attribute__((section(".text.entry"))) long entry(struct ledger *ledger, long what, long a, long b, long c, long d, long e,
                                                   long f, long g) {
  switch (what) {
    case LEDGER_BEGIN: {
      ledger->create = (void *)a;
      ledger->detach = (void *)b;
      ledger->delete_key = (void *)c;
      int (*create_key)(u32 *key, void (*destructor)(void *)) = (void *)d;
      int (*set)(u32 key, const void *value) = (void *)e;
      return create_key(&ledger->key, end) || set(ledger->key, ledger);
    }
    case LEDGER_OPEN: return opening(ledger, a, b, c, d, e, f, g);
    case LEDGER_CLOSE:
      if (a >= 0 && a < LEDGER_FDS) ledger->fds[a].kind = FREE;
      return CALL(close, a, 0, 0, 0);
    case LEDGER_MARK:
      if (a >= 0 && a < LEDGER_FDS && ledger->fds[a].kind) ledger->fds[a].kind = (u64)b;
      return 0;
    case LEDGER_START: {
      struct request *request = (void *)b;
      long pid = ((long (*)(struct request *))a)(request);
      if (!failed(pid)) record(ledger, request->pidfd, (u64)c);
      return pid;
    }
    case LEDGER_WATCH: return start_watching(ledger, (s32)a, (s32)b);
  }
  return -1;
}
