#!/bin/sh
# as-user.sh NAME COMMAND… — as root, run a command as an ordinary user who exists for it alone.
#
#   nsuser  uid and gid 12345, no subordinate ids
#   nssub   uid and gid 12346, 65536 subordinate ids from 1000000
#
# The users, their homes and all mounts live in a mount namespace of the command's own.
set -eu

if [ "$1" != --inside ]; then
  place=$(mktemp -d /tmp/ns-user.XXXXXX)
  trap 'rmdir "$place"' EXIT
  unshare --mount --propagation private "$0" --inside "$place" "$@"
  exit
fi

place=$2 name=$3
shift 3
repository=$(pwd -P)
case $name in
  nsuser) id=12345 ;;
  nssub) id=12346 ;;
  *) echo "as-user.sh: no such user: $name" >&2; exit 2 ;;
esac

mount -t tmpfs -o mode=755 ns-user "$place"
for file in passwd group subuid subgid; do
  cat "/etc/$file" >"$place/$file"
done
for user in nsuser:12345 nssub:12346; do
  echo "${user%:*}:x:${user#*:}:${user#*:}::$place/${user%:*}:/bin/sh" >>"$place/passwd"
  echo "${user%:*}:x:${user#*:}:" >>"$place/group"
  mkdir -m 700 "$place/${user%:*}"
  chown "${user#*:}:${user#*:}" "$place/${user%:*}"
done
echo nssub:1000000:65536 | tee -a "$place/subuid" >>"$place/subgid"
for file in passwd group subuid subgid; do
  mount --bind "$place/$file" "/etc/$file"
done

# Open to all, as distributions have it; some machines have it for root alone.
if [ -c /dev/fuse ] && mknod -m 666 "$place/fuse" c 10 229; then
  mount --bind "$place/fuse" /dev/fuse
fi

drop="setpriv --reuid $id --regid $id --clear-groups --inh-caps=-all"

# A checkout below a private directory is shown at a place that the user can reach.
if ! $drop test -r "$repository/package.json"; then
  mkdir "$place/repository"
  for entry in "$repository"/* "$repository"/.[!.]*; do
    target=$place/repository/${entry##*/}
    if [ -d "$entry" ]; then mkdir "$target"; else : >"$target"; fi
    mount --bind "$entry" "$target"
  done
  cd "$place/repository"
fi

# As systemd has it, between these mounts alone: what is mounted where it should not be is then seen.
mount --make-rshared /

# Root's own directories in PATH would turn every "not found" into "permission denied".
unset TMPDIR XDG_RUNTIME_DIR
export HOME="$place/$name" USER="$name" LOGNAME="$name" SHELL=/bin/sh
export PATH="$PWD/node_modules/.bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
exec $drop "$@"
