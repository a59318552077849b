import type { Cause } from '../cause.ts'

/** clone(2), CLONE_INTO_CGROUP; cgroups(7). */
const placementHints: Readonly<Record<string, string>> = {
  ENOENT: 'placement takes a cgroup that exists: make its directory first',
  ENOTDIR: 'placement takes the directory of a cgroup',
  EBADF: 'placement takes a directory of the cgroup v2 tree',
  EACCES:
    'a process may be placed where cgroup.procs is writable, there and in the common ancestor: have the subtree delegated',
  EBUSY:
    'this cgroup hands controllers to its children, so it takes no processes: place it in a child of it',
  EOPNOTSUPP: 'this cgroup is "domain invalid": a cgroup above it is threaded',
  ENODEV: 'this cgroup was removed',
  EAGAIN: "this cgroup's pids.max is reached",
  ENOSYS:
    'placement at birth takes clone3 (Linux 5.7), which this kernel or a seccomp filter does not have',
  EPERM:
    'placement at birth takes clone3, to which a seccomp filter (of a container?) answers EPERM: allow it there',
}

/** A cgroup to be born in that refuses it. */
export const placements: readonly Cause[] = [
  { when: ({ operation }) => operation === 'place', find: ({ errno }) => placementHints[errno] },
]
