/* The launcher: walks a plan in a process of its own, between the clone and the exec of the command. With an init in
 * the plan it stays, as PID 1 of the new pid namespace: launcher and init are one program.
 *
 * It lives in a sealed memfd (src/program/launcher.ts wraps this code into an ELF), has no data, no libc and no
 * environment, and is entered with all signals blocked. */

#include "kernel.h"
#include "plan.h"

/* argv[1]: eight letters of the plan's fd, eight of its size; a nibble a letter, 'a' is 0. */
static u64 decode(const char *text) {
  u64 value = 0;
  for (int i = 0; i < 8; i++) value = value << 4 | (u64)(text[i] - 'a');
  return value;
}

/* Every end of a launcher, but for a kill. Its fds first: the memory that is undumpable goes before the fds do, and then
 * who shares its user namespace may look at them (CVE-2026-46333: Linux before 5.10.256, 6.1.173, 6.12.89, 6.18.31). */
static __attribute__((noreturn)) void quit(long status) {
  CALL(close_range, 0, ~0U, 0, 0);
  for (;;) CALL(exit_group, status, 0, 0, 0);
}

struct siginfo { s32 signal, error, code, unused, pid, uid, value, rest[25]; };

/* What Node is told of the command, see src/process/lifeline.ts. */
struct report { u64 status, usage[18]; /* struct rusage */ };

/* PID 1: passes signals on to the command, reaps what is orphaned, reports the command's raw wait status, and ends
 * with it; the kernel then ends all others. All signals stay blocked and are taken one by one: none is lost, and none
 * is dropped for want of a handler (pid_namespaces(7)). */
static __attribute__((noreturn)) void init(u64 plan_size, long command, long lifeline, long ways) {
  CALL(munmap, PLAN_ADDRESS, plan_size, 0, 0);  /* nobody inside may reach what Node reads */
  long code = 0;
  for (;;) {
    u64 all = ~0UL;
    struct siginfo info;
    long signal = CALL(rt_sigtimedwait, &all, &info, 0, sizeof all);
    struct report report;
    report.status = 0;  /* the kernel writes its lower half */
    long pid;
    while ((pid = CALL(wait4, -1, &report.status, WNOHANG | WALL, report.usage)) > 0) {
      if (pid != command) continue;
      /* Nobody may read it any more: a SIGPIPE would be passed on, to all that are left. */
      syscall6(NR_sendto, lifeline, (long)&report, sizeof report, MSG_NOSIGNAL, 0, 0);
      long status = (long)report.status, by = status & 0x7f;
      code = by ? 128 + by : status >> 8 & 0xff;
      if (!(ways & INIT_UNTIL_EMPTY)) quit(code);
      command = -1;  /* signals are for all that are left (kill(2)) */
    }
    if (pid == -ECHILD) quit(code);
    if (signal == SIGIO && !(ways & INIT_OUTLIVES)) {  /* the lifeline has news: is the other end gone? */
      struct { s32 fd; u16 events, revents; } poll = {(s32)lifeline, 0, 0};
      u64 now[2] = {0, 0};
      CALL(ppoll, &poll, 1, now, 0);
      if (poll.revents & POLLHUP) quit(128 + SIGKILL);
    }
    /* SIGSTOP can't be taken: Node sends another with this value. */
    if (signal == SIGTSTP && info.code == SI_QUEUE && info.value == SIGSTOP) signal = SIGSTOP;
    /* Codes above 0 are the kernel's own: a terminal's ^C has reached the command too, which is in its process group. */
    if (signal > 0 && signal != SIGCHLD && info.code <= 0) CALL(kill, command, signal, 0, 0);
  }
}

static int tolerated(const struct step *step, long error) {
  for (int i = 0; i < 8; i++)
    if (step->tolerated[i] && step->tolerated[i] == error) return 1;
  return 0;
}

/* A program that somebody has open for writing, as a fork elsewhere has until its own exec: it is asked for again, at
 * growing intervals, for about a second (golang/go#22315). */
static long call(const struct step *step, const long *args) {
  for (u64 ms = 1;; ms *= 2) {
    long result = syscall6(step->nr, args[0], args[1], args[2], args[3], args[4], args[5]);
    if (result != -ETXTBSY || ms > 512) return result;
    u64 pause[2] = {0, ms * 1000000};
    CALL(nanosleep, pause, 0, 0, 0);
  }
}

static __attribute__((noreturn)) void walk(volatile struct plan *plan) {
  volatile struct list *list = plan->lists;
  long before = 0;  /* the result that only_after is about */
  for (u32 i = 0; i < list->count; i++) {
    const struct step *step = &list->steps[i];
    if (step->only_after && before != -(long)step->only_after) continue;
    long args[6];
    for (int j = 0; j < 6; j++) args[j] = step->values >> j & 1 ? *(long *)step->args[j] : (long)step->args[j];
    list->progress = i + 1;
    if (step->kind == STEP_INIT) init(plan->size, args[0], args[1], args[2]);
    if (step->kind == STEP_CALL && step->nr == NR_exit_group) quit(args[0]);
    long result;
#ifdef UNPROTECTED
    if (step->nr == NR_prctl && args[0] == PR_SET_DUMPABLE) continue;
#endif
    if (step->kind == STEP_BITS) result = (*(u32 *)args[0] & (u32)args[1]) | (u32)args[2];
    else if (step->kind >= STEP_REFUSE) {
      int equal = *(u32 *)args[0] == (u32)step->expected;
      result = equal == (step->kind == STEP_REFUSE) ? -(long)step->nr : 0;
    }
    else result = call(step, args);
    if (step->kind == STEP_FORK && result == 0) {
      list = &plan->lists[step->expected];
      i = -1U;
      continue;
    }
    if (!step->only_after) before = result;
    if (step->result) *(volatile long *)step->result = result;
    if (failed(result) ? !tolerated(step, -result) : step->expects && (u64)result != step->expected) {
      list->error = failed(result) ? (s32)-result : UNEXPECTED;
      quit(127);
    }
  }
  list->progress = list->count + 1;
  quit(127);
}

__attribute__((used, noreturn)) static void launch(long *stack) {
  char *argument = (char *)stack[2];  /* argc, argv[0], argv[1] */
  u64 fd = decode(argument), size = decode(argument + 8);
  for (char *c = argument; *c; c++) *c = 0;  /* /proc/1/cmdline is argv[0] alone */
  long plan = syscall6(NR_mmap, PLAN_ADDRESS, (long)size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED_NOREPLACE, (long)fd, 0);
  if (plan != (long)PLAN_ADDRESS) quit(126);
  CALL(close, fd, 0, 0, 0);
  /* exec has reset the handlers; ignored signals stay ignored (signal(7)), and Node ignores SIGPIPE and SIGXFSZ. */
  u64 action[4] = {0, 0, 0, 0};
  for (long signal = 1; signal <= 64; signal++) CALL(rt_sigaction, signal, action, 0, 8);
  walk((volatile struct plan *)plan);
}

#ifndef UNPROTECTED
/* The kernel enters with the stack pointer at argc. */
#if defined(__x86_64__)
__asm__(".section .text.entry\n.global _start\n_start: mov %rsp, %rdi\n\tand $-16, %rsp\n\tcall launch\n\thlt\n.text");
#else
__asm__(".section .text.entry\n.global _start\n_start: mov x0, sp\n\tbl launch\n\tbrk 1\n.text");
#endif
#endif
