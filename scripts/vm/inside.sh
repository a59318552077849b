#!/bin/sh
# inside.sh 'LANE…' [ARGUMENT FOR VITEST…] — as root in the emulated machine: runs test files in these lanes.
set -u

lanes=$1
shift
status=0

# What the packages' own scripts would do, where they were only unpacked.
[ -e /usr/bin/cc ] || ln -s gcc /usr/bin/cc

# Loaded by a test, it would make two links of its own.
modprobe ifb numifbs=0 2>/dev/null || true

delegate() { # as systemd gives a user a part of the tree
  for cgroup in /sys/fs/cgroup/delegated /sys/fs/cgroup/delegated/command; do
    for entry in . cgroup.procs cgroup.threads cgroup.subtree_control; do
      [ ! -e "$cgroup/$entry" ] || chown "$1" "$cgroup/$entry"
    done
  done
}

export NODE_OPTIONS="--import=$PWD/scripts/vm/transpiled.mjs" NO_COLOR=1
for lane in $lanes; do
  case $lane in
    root) become='' ;;
    user) become='scripts/as-user.sh nsuser' && delegate 12345 ;;
    subids) become='scripts/as-user.sh nssub' && delegate 12346 ;;
  esac
  NS_LANE=$lane $become node node_modules/vitest/vitest.mjs run --config scripts/vm/vitest.config.ts \
    --configLoader=runner --passWithNoTests "$@" || status=1
done
exit $status
