import { CLONE_NEW, type Contribution, type Plan } from '@ns/syscalls'
import { formatRanges, insideId } from './id-map.ts'
import { decideSetgroups, isOwn, type Maps, makerIds, resolveMaps } from './maps.ts'
import { addNested } from './nested.ts'
import { checkOptions, type UserOptions } from './options.ts'
import { writeMaps } from './write-maps.ts'

/**
 * A user namespace: ids of its own, and capabilities that count inside it only. It is what gives the unprivileged the
 * right to make all others.
 *
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION` for malformed maps and for contradictions
 * @see user_namespaces(7)
 */
export function user(options: UserOptions = {}): Contribution {
  checkOptions(options)
  const { join, keepIds: keepsIds } = options
  if (join !== undefined) return { type: 'user', flags: 0, join, keepsIds, steps: () => {} }
  // Of the machine as it is at the first start: the steps and the parent mean the same maps.
  let resolved: Maps | undefined
  const maps = () => (resolved ??= resolveMaps(options))
  const addAll = (plan: Plan, writer: 'inside' | 'parent') => {
    addSteps(plan, options, maps(), writer)
    if (options.disableNested) addNested(plan, maps())
  }
  const contribution = { type: 'user', flags: CLONE_NEW.user } as const
  if (isWrittenInside(options)) return { ...contribution, steps: (plan) => addAll(plan, 'inside') }
  return {
    ...contribution,
    owner: options.owner,
    steps: (plan) => addAll(plan, 'parent'),
    parent: (child) => writeMaps(child, maps()),
  }
}

/** Whether the process can write its maps itself, which saves the wait for the parent: one line each, of its own id. */
function isWrittenInside({ map, owner, setgroups }: UserOptions): boolean {
  // Who has changed its ids is undumpable, and its files in /proc are root's.
  if (owner || map === 'auto' || map === 'subids') return false
  const isOneOwn =
    typeof map !== 'object' ||
    (isOwn(map.uid, process.geteuid?.()) && isOwn(map.gid, process.getegid?.()))
  return isOneOwn && decideSetgroups(setgroups, isOneOwn) === 'deny'
}

function addSteps(plan: Plan, wanted: UserOptions, maps: Maps, writer: 'inside' | 'parent'): void {
  plan.warnings.push(...maps.warnings)
  const options = { namespace: 'user', operation: 'map' } as const
  if (writer === 'inside') {
    const steps = plan.in('user')
    // Denied before the gid map is written, or the kernel refuses that (user_namespaces(7), Linux 3.19).
    steps.writeFile(plan.proc, 'self/setgroups', maps.setgroups, options)
    steps.writeFile(plan.proc, 'self/uid_map', formatRanges(maps.uid), options)
    steps.writeFile(plan.proc, 'self/gid_map', formatRanges(maps.gid), options)
  }
  // The caller's own ids, or the owner's, where they are mapped, else root of the new namespace.
  const own = makerIds(wanted)
  const uid = insideId(maps.uid, own.uid)
  const gid = insideId(maps.gid, own.gid)
  if (gid === undefined) plan.in('mapped').call('setresgid', [0, 0, 0], options)
  if (uid === undefined) plan.in('mapped').call('setresuid', [0, 0, 0], options)
  plan.rootInside = (uid ?? 0) === 0
}
