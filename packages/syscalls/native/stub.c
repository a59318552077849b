/* The stub: starts a process from inside Node without Node's memory ever being walked by it.
 *
 * Called on a JavaScript thread through the FFI. While the child shares this process's memory (CLONE_VM) the caller is
 * suspended (CLONE_VFORK), and the child makes only the constant calls below: none takes a caller's path, so none can
 * block; then it is the launcher, in memory of its own. Nothing mm-wide may be changed here (PR_SET_MDWE, ids,
 * dumpable, coredump_filter): it would change Node. */

#include "kernel.h"
#include "request.h"

#ifdef UNPROTECTED
/* Only for the tests of attackers: a child that goes on in Node's memory instead of becoming the launcher. */
void unprotected(struct request *request);
#endif

struct capabilities { u32 effective, permitted, inheritable; };

/* exec by an unmapped id loses every capability that isn't ambient, and to be ambient it has to be inheritable
 * (capabilities(7)). The ids of a new user namespace are mapped later, by the launcher. */
static void raise_capabilities(void) {
  struct { u32 version; s32 pid; } header = {0x20080522 /* _LINUX_CAPABILITY_VERSION_3 */, 0};
  struct capabilities data[2];
  CALL(capget, &header, data, 0, 0);
  data[0].inheritable = data[0].permitted;
  data[1].inheritable = data[1].permitted;
  CALL(capset, &header, data, 0, 0);
  for (long capability = 0; !syscall6(NR_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0, 0); capability++) {}
}

__attribute__((used, noreturn)) static void child(struct request *request) {
  if (request->raise) raise_capabilities();
  /* Every fd of Node is close-on-exec, 0 to 2 too. This table is the child's own: no CLONE_FILES. */
  for (s32 i = 0; i < request->keeps; i++) CALL(fcntl, request->keep[i], F_SETFD, 0, 0);
#ifdef UNPROTECTED
  unprotected(request);
#endif
  char *argv[3] = {request->name, request->plan, 0};
  char *envp[1] = {0};
  request->error = (s32)-syscall6(NR_execveat, request->launcher, (long)"", (long)argv, (long)envp, AT_EMPTY_PATH, 0);
  for (;;) CALL(exit, 127, 0, 0, 0);
}

/* Returns the child's pid, or a negative errno. */
__attribute__((section(".text.entry"))) long start(struct request *request) {
  /* A handler of Node must not run on the child's stack. The child stays blocked: the program's end unblocks. */
  u64 all = ~0UL, before;
  CALL(rt_sigprocmask, SIG_SETMASK, &all, &before, sizeof all);
  u64 flags = request->flags | CLONE_VM | CLONE_VFORK | CLONE_PIDFD;
  long pid;
  if (request->cgroup < 0) {
    /* clone(2), as container seccomp profiles answer ENOSYS to clone3. x86-64: flags, stack, parent_tid, child_tid, tls;
     * arm64: … tls, child_tid: both are 0. The pidfd is stored at parent_tid. Resetting handlers is left to exec. */
    CLONE_INTO(pid, NR_clone, flags | SIGCHLD, request->stack + REQUEST_STACK, &request->pidfd, child, request);
  } else {
    struct clone_args *args = &request->clone;
    args->flags = flags | CLONE_INTO_CGROUP;
    args->pidfd = (u64)&request->pidfd;
    args->exit_signal = SIGCHLD;
    args->stack = (u64)request->stack;
    args->stack_size = REQUEST_STACK;
    args->cgroup = (u64)request->cgroup;
    CLONE_INTO(pid, NR_clone3, args, sizeof *args, 0, child, request);
  }
  CALL(rt_sigprocmask, SIG_SETMASK, &before, 0, sizeof before);
  return pid;
}
