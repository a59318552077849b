/** The eight namespace types. `mount` is `mnt` in `/proc`; all others are named there as here. */
export type NamespaceType = 'cgroup' | 'ipc' | 'mount' | 'net' | 'pid' | 'time' | 'user' | 'uts'

/** `CLONE_NEW*` of `include/uapi/linux/sched.h`. */
export const CLONE_NEW: Readonly<Record<NamespaceType, number>> = {
  cgroup: 0x02000000,
  ipc: 0x08000000,
  mount: 0x00020000,
  net: 0x40000000,
  pid: 0x20000000,
  time: 0x00000080,
  user: 0x10000000,
  uts: 0x04000000,
}

/** All eight, in the order in which contributions are asked for their steps: pid after mount, as it mounts `/proc`. */
export const namespaceTypes: readonly NamespaceType[] = [
  'user',
  'cgroup',
  'ipc',
  'uts',
  'time',
  'net',
  'mount',
  'pid',
]

/** The link's name in `/proc/PID/ns`. */
export function procName(type: NamespaceType): string {
  return type === 'mount' ? 'mnt' : type
}

/** The type of a `CLONE_NEW*` flag, as NS_GET_NSTYPE answers it. */
export function typeOfFlag(flag: number): NamespaceType | undefined {
  return namespaceTypes.find((type) => CLONE_NEW[type] === flag)
}
