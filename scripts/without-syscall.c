/* without-syscall [ENOSYS|EPERM] NAME[,NAME…] -- COMMAND… : runs a command for which these system calls answer ENOSYS, as
 * on a kernel that is older and in containers whose seccomp profile is; or EPERM, as in others. */

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "only x86-64 and arm64"
#endif

static const struct { const char *name; int number; } calls[] = {
  {"clone3", __NR_clone3},         {"close_range", __NR_close_range}, {"fsopen", __NR_fsopen},
  {"mount_setattr", __NR_mount_setattr}, {"move_mount", __NR_move_mount}, {"open_tree", __NR_open_tree},
  {"openat2", __NR_openat2},       {"unshare", __NR_unshare},         {"setns", __NR_setns},
  {"pidfd_getfd", __NR_pidfd_getfd}, {"landlock_create_ruleset", __NR_landlock_create_ruleset},
};

static int number_of(const char *name) {
  for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
    if (strcmp(calls[i].name, name) == 0) return calls[i].number;
  return -1;
}

int main(int argc, char **argv) {
  int answer = ENOSYS;
  if (argc > 1 && (strcmp(argv[1], "ENOSYS") == 0 || strcmp(argv[1], "EPERM") == 0)) {
    if (argv[1][1] == 'P') answer = EPERM;
    argc--, argv++;
  }
  if (argc < 4 || strcmp(argv[2], "--") != 0) {
    fprintf(stderr, "usage: without-syscall [ENOSYS|EPERM] NAME[,NAME...] -- COMMAND...\n");
    return 2;
  }
  struct sock_filter filter[64] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
  };
  unsigned short length = 4;
  for (char *name = strtok(argv[1], ","); name; name = strtok(NULL, ",")) {
    int number = number_of(name);
    if (number < 0 || length > 60) {
      fprintf(stderr, "without-syscall: %s is none of the calls that it knows\n", name);
      return 2;
    }
    filter[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)number, 0, 1);
    filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)answer);
  }
  filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  struct sock_fprog program = {length, filter};
  /* With CAP_SYS_ADMIN no_new_privs isn't needed, and what the command sees is otherwise unchanged. */
  if (syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0 &&
      (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0)) {
    perror("seccomp");
    return 1;
  }
  execvp(argv[3], argv + 3);
  perror(argv[3]);
  return 127;
}
