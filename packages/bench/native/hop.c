/* A second exec and nothing else: what a program between the clone and the command costs at the least. */
#include "../../syscalls/native/kernel.h"

enum { AT_FDCWD = -100 };

void _start(void) {
  static const char *const argv[] = {"/bin/true", 0};
  syscall6(NR_execveat, AT_FDCWD, (long)argv[0], (long)argv, (long)(argv + 1), 0, 0);
  syscall6(NR_exit_group, 113, 0, 0, 0, 0, 0);
  __builtin_unreachable();
}
