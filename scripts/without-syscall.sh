#!/bin/sh
# without-syscall.sh [ENOSYS|EPERM] NAME[,NAME…] -- COMMAND… — run a command for which these system calls answer so.
# Needs a C compiler; what it makes of without-syscall.c is gone when the command has ended.
set -eu

directory=$(mktemp -d /tmp/ns-without.XXXXXX)
trap 'rm -rf "$directory"' EXIT
chmod 755 "$directory"
cc -O1 -Wall -Wextra -Werror -o "$directory/without-syscall" "$(dirname "$0")/without-syscall.c"
"$directory/without-syscall" "$@"
