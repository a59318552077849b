import type { NamespaceType } from '@ns/syscalls'

/** A process, as `/proc` shows it to us. */
export interface Process {
  readonly pid: number
  /** 0: its parent is outside of our pid namespace, or it has none. */
  readonly parent: number
  /** The user whose files in `/proc` are: the effective one, or 0 while it is undumpable. */
  readonly uid: number
  /** Its command line; the name of a process that has none. */
  readonly command: string
}

/** A namespace, and what keeps it alive. */
export interface NamespaceInfo {
  readonly type: NamespaceType
  /** Its number in `/proc/PID/ns`; reused once it is gone. */
  readonly inode: number
  /** Pids, the lowest first. */
  readonly processes: readonly number[]
  /** Files that it is bound to: they open it. Those of another mount namespace begin with `/proc/PID/root`. */
  readonly mounts: readonly string[]
  /** Open fds that are it: `/proc/PID/fd/N` opens it. */
  readonly fds: readonly string[]
  /** Sockets that keep a network namespace in which their process is not: `/proc/PID/fd/N`. */
  readonly sockets: readonly string[]
  /** The user namespace that owns it: capabilities count there. Absent: outside of what we may see. */
  readonly owner?: number | undefined
  /** The namespace above, of pid and user namespaces. Absent: there is none that we may see. */
  readonly parent?: number | undefined
  /** The uid that made it, in ours; of user namespaces. */
  readonly ownerUid?: number | undefined
  /** The number that our network namespace has for it (rtnetlink(7), RTM_GETNSID); of network namespaces. */
  readonly netnsid?: number | 'unassigned' | undefined
}

/** What `list` found. */
export interface Listing {
  /** Whether there was something that we may not look at: there may be more. */
  readonly partial: boolean
  /** By inode. */
  readonly namespaces: readonly NamespaceInfo[]
  /** All that are in one of them, by pid. */
  readonly processes: readonly Process[]
}
