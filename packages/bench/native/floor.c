/* The floor: clone, exec and wait with nothing around, and no Node. Reads "FLAGS WORK HOP\n" from stdin, makes one start of
   /bin/true, answers with the nanoseconds from before the clone to the exit. argv[1]: MiB of memory that it holds; argv[2]: hop.c. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

struct start {
  int flags;
  int work; /* 1: what the namespaces need to be of use: maps, private propagation, /proc */
  int hop;  /* 1: by a second exec */
  const char *hop_program;
  char uid_map[64], gid_map[64];
};

static void check(int ok) { if (!ok) _exit(111); }

static void write_file(const char *path, const char *content) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  check(write(fd, content, strlen(content)) == (ssize_t)strlen(content));
  close(fd);
}

static int child(void *argument) {
  const struct start *start = argument;
  char *const argv[] = {"/bin/true", NULL};
  if (start->flags & CLONE_NEWTIME) check(unshare(CLONE_NEWTIME) == 0); /* clone(2) has no room for this bit */
  if (start->work && start->flags & CLONE_NEWUSER) {
    write_file("/proc/self/setgroups", "deny");
    write_file("/proc/self/uid_map", start->uid_map);
    write_file("/proc/self/gid_map", start->gid_map);
  }
  if (start->work && start->flags & CLONE_NEWNS) {
    check(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
    if (start->flags & CLONE_NEWPID)
      check(mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == 0);
  }
  execve(start->hop ? start->hop_program : argv[0], argv, environ);
  _exit(112);
}

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int main(int argc, char **argv) {
  static char stack[65536] __attribute__((aligned(16)));
  size_t held = argc > 1 ? strtoul(argv[1], NULL, 10) << 20 : 0;
  if (held) memset(malloc(held), 1, held);
  struct start start = {.hop_program = argc > 2 ? argv[2] : ""};
  snprintf(start.uid_map, sizeof start.uid_map, "%u %u 1\n", geteuid(), geteuid());
  snprintf(start.gid_map, sizeof start.gid_map, "%u %u 1\n", getegid(), getegid());
  setvbuf(stdout, NULL, _IOLBF, 0);
  while (scanf("%d %d %d", &start.flags, &start.work, &start.hop) == 3) {
    siginfo_t info = {0};
    long long begin = now();
    pid_t pid = clone(child, stack + sizeof stack, CLONE_VM | CLONE_VFORK | (start.flags & ~CLONE_NEWTIME) | SIGCHLD, &start);
    if (pid < 0 || waitid(P_PID, pid, &info, WEXITED) != 0) return 1;
    long long end = now();
    if (info.si_code != CLD_EXITED || info.si_status != 0) return 2;
    printf("%lld\n", end - begin);
  }
}
