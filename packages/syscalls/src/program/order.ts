/**
 * The order of a start: the phases between the clone and the exec. A contribution puts each of its steps into one of
 * them by name. Each line says what breaks if it moves.
 *
 * Within a phase steps keep the order in which they were pushed: the core's, such as an `unshare`; those of the
 * contributions, in the order of `namespaceTypes`; the command's own.
 */
export const phases = [
  // Parent-death first: a parent that dies before this leaves the child to the check that follows it.
  'arm',
  // While what privilege the caller has in the initial user namespace counts: a lower nice value or oom score takes it.
  // Before `guard`: the file of the oom score is root's once the process is undumpable.
  'scheduling',
  // While the caller's privileges still count in the namespaces that are joined; a new user namespace ends that.
  'joins',
  // Before all that is created: the new namespaces belong to the user namespace that is current then. Those in which the
  // parent has a part are made here too, as they have to be there when the child waits.
  'user',
  // The parent's part: maps of several lines, and whatever it does from outside. Nothing that the host owns is used later.
  'parked',
  // After the maps: an unmapped id can neither become id 0 nor own a file.
  'mapped',
  // Offsets can be set only until the first process enters. Before `guard`: the file of the offsets is root's once the
  // process is undumpable. Before `fork`: below Linux 6.2 the namespace takes effect for children only.
  'time',
  // Undumpable from here to exec: after the maps, as an undumpable process may not write its own; before `fork`, as
  // from there on processes of a joined pid namespace can see this one (CVE-2016-9962).
  'guard',
  // A pid namespace that is joined, or made in the launcher, takes effect for children only.
  'fork',
  // Before `init`: what outlives the caller leaves its session with its init.
  'session',
  // A new cgroup namespace is rooted where the process is now: after its placement at the clone.
  'cgroup',
  'uts',
  'ipc',
  'net',
  // Before any mount: a mount made on a shared tree would appear on the host.
  'propagation',
  // Sources of mounts are picked up (open_tree), and a new `/proc` is made, while the caller's root is visible.
  'sources',
  // The new root comes before the mounts, so that their targets resolve inside it: a link in it cannot lead out
  // (CVE-2021-30465, CVE-2026-87766).
  'root',
  'mounts',
  // After all mounts: one over `/proc`'s parent would hide it. After `fork`: it shows the pid namespace of its mounter.
  'proc',
  // PID 1 stays here, in all namespaces and with the rights to signal any id; what follows is the command's own.
  'init',
  // After `init`: it is the command that leads its session or its process group.
  'job',
  // Groups before ids: setgroups needs the privilege that setuid gives up.
  'groups',
  // One more user namespace, in which the command can make none. After the groups, which take a capability in the one
  // above; after the init, which stays there; before the bounding set, which a new user namespace fills again.
  'nested',
  // Before the ids: it takes CAP_SETPCAP, which a change to another id than 0 gives up.
  'bounding-set',
  'ids',
  // After the ids: the keyring belongs to the command's user, and counts as his. Before seccomp, which may forbid it.
  'keyring',
  // After the ids: changing them from 0 clears the capabilities, or needs them.
  'capabilities',
  // With the command's own rights: its directory must not be one that only we could enter (CVE-2024-21626).
  'cwd',
  // After all that makes files: they have the modes that were asked for.
  'umask',
  // Changes of credentials have cleared the parent-death signal (prctl(2)): again, and the check again.
  'rearm',
  // After the capabilities, which it would not let grow at an exec. Before `identity`, which reads it back, and before
  // Landlock and seccomp, which take it.
  'no-new-privileges',
  // As late as the process still can look at itself: what `ready` reports.
  'identity',
  // No fd but those asked for exists from here on, but for the status socket, which exec closes.
  'fds',
  // After `fds`: a terminal is named by its number in the command. After `job`: the leader of a session takes one.
  'terminal',
  'close',
  // After all that opens, makes or mounts anything but its own paths; as the command, in its root.
  'landlock',
  // After Landlock, whose fds a limit of files could forbid.
  'limits',
  // The empty signal mask: a signal that waited ends the process from here on, as it would the command.
  'signals',
  // The last: a filter may forbid any call but execve.
  'seccomp',
  'exec',
] as const

/** A phase of a start. */
export type Phase = (typeof phases)[number]
