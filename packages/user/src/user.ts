import {
  CLONE_NEW,
  type Contribution,
  checkJoin,
  checkKeys,
  invalidOption,
  isPrivileged,
  type NamespaceRef,
  type Plan,
} from '@ns/syscalls'
import { formatRanges, type IdRange, insideId, validateRanges } from './id-map.ts'
import { writeMaps } from './write-maps.ts'

/** A new user namespace and its maps, or one to join. */
export interface UserOptions {
  /**
   * `'current'`: the caller's ids stay what they are. `'root'`: they are 0 inside. Or ranges, which take privilege
   * when they are more than the caller's own id.
   * @default 'current'
   */
  readonly map?:
    | 'current'
    | 'root'
    | { readonly uid: readonly IdRange[]; readonly gid: readonly IdRange[] }
    | undefined
  /** Whether `setgroups` may be called inside; `'allow'` takes privilege. @default 'deny', 'allow' where the caller's groups can be dropped so */
  readonly setgroups?: 'allow' | 'deny' | undefined
  /** Enter this one, as its root where that is mapped. */
  readonly join?: NamespaceRef | undefined
}

interface Maps {
  readonly uid: readonly IdRange[]
  readonly gid: readonly IdRange[]
  readonly setgroups: 'allow' | 'deny'
}

/**
 * A user namespace: ids of its own, and capabilities that count inside it only. It is what gives the unprivileged the
 * right to make all others.
 *
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION` for malformed maps and for contradictions
 * @see user_namespaces(7)
 */
export function user(options: UserOptions = {}): Contribution {
  checkKeys('user', options, ['map', 'setgroups', 'join'], 'user')
  checkJoin('user', options)
  const { map = 'current', setgroups, join } = options
  if (setgroups !== undefined && setgroups !== 'allow' && setgroups !== 'deny')
    throw invalidOption(`user.setgroups: 'allow' or 'deny' is wanted`, 'user')
  if (join !== undefined) return { type: 'user', flags: 0, join, steps: () => {} }
  const ranges = rangesOf(map)
  const privileged = isPrivileged()
  const canAllow = privileged && hasSupplementaryGroups()
  const maps: Maps = { ...ranges, setgroups: setgroups ?? (canAllow ? 'allow' : 'deny') }
  if (maps.setgroups === 'allow' && !privileged)
    throw invalidOption(
      "user.setgroups: 'allow' contradicts user.map for an unprivileged caller: the kernel demands 'deny'",
      'user',
    )
  const byChild =
    maps.setgroups === 'deny' &&
    isOwn(maps.uid, process.geteuid?.()) &&
    isOwn(maps.gid, process.getegid?.())
  const contribution = { type: 'user', flags: CLONE_NEW.user } as const
  if (byChild) return { ...contribution, steps: (plan) => addSteps(plan, maps, true) }
  return {
    ...contribution,
    steps: (plan) => addSteps(plan, maps, false),
    parent: ({ pid }) =>
      writeMaps(pid, formatRanges(maps.uid), formatRanges(maps.gid), maps.setgroups),
  }
}

function rangesOf(map: NonNullable<UserOptions['map']>): Pick<Maps, 'uid' | 'gid'> {
  if (typeof map === 'object' && map !== null) {
    checkKeys('user.map', map, ['uid', 'gid'], 'user')
    validateRanges(map.uid, 'user.map.uid')
    validateRanges(map.gid, 'user.map.gid')
    return { uid: map.uid, gid: map.gid }
  }
  if (map !== 'current' && map !== 'root')
    throw invalidOption(
      `user.map: 'current', 'root' or { uid, gid } is wanted, not '${map}'`,
      'user',
    )
  const one = (outside: number): IdRange[] => [
    { inside: map === 'root' ? 0 : outside, outside, count: 1 },
  ]
  return { uid: one(process.geteuid?.() ?? 0), gid: one(process.getegid?.() ?? 0) }
}

/** The one map that a process may write for itself (user_namespaces(7)): a single line of its own id. */
function isOwn(ranges: readonly IdRange[], id: number | undefined): boolean {
  const [only] = ranges
  return ranges.length === 1 && only?.count === 1 && only.outside === id
}

function hasSupplementaryGroups(): boolean {
  return (process.getgroups?.() ?? []).some((gid) => gid !== process.getegid?.())
}

function addSteps(plan: Plan, maps: Maps, byChild: boolean): void {
  const options = { namespace: 'user', operation: 'map' } as const
  if (byChild) {
    const steps = plan.in('user')
    // Denied before the gid map is written, or the kernel refuses that (user_namespaces(7), Linux 3.19).
    steps.writeFile(plan.proc, 'self/setgroups', maps.setgroups, options)
    steps.writeFile(plan.proc, 'self/uid_map', formatRanges(maps.uid), options)
    steps.writeFile(plan.proc, 'self/gid_map', formatRanges(maps.gid), options)
  }
  // The caller's own ids where they are mapped, else root of the new namespace.
  const uid = insideId(maps.uid, process.geteuid?.() ?? 0)
  const gid = insideId(maps.gid, process.getegid?.() ?? 0)
  if (gid === undefined) plan.in('mapped').call('setresgid', [0, 0, 0], options)
  if (uid === undefined) plan.in('mapped').call('setresuid', [0, 0, 0], options)
  plan.rootInside = (uid ?? 0) === 0
}
