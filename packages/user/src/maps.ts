import { readFileSync } from 'node:fs'
import {
  CAP,
  hasCapability,
  hasSupplementaryGroups,
  invalidOption,
  NamespaceError,
} from '@ns/syscalls'
import { layOut, punch, usable } from './arrange.ts'
import {
  type IdRange,
  insideId,
  outsideId,
  parseRanges,
  validateRanges,
  validateSize,
} from './id-map.ts'
import { findNewidmap, type Kind } from './newidmap.ts'
import type { Ids, UserOptions } from './options.ts'
import { readSubids } from './subids.ts'

/** What is installed, and by whom. */
export interface Maps {
  readonly uid: readonly IdRange[]
  readonly gid: readonly IdRange[]
  readonly setgroups: 'allow' | 'deny'
  /** The programs that write them; absent where the kernel takes them from us. */
  readonly programs: Readonly<Partial<Record<Kind, string>>>
  readonly warnings: readonly string[]
}

/** The one map that a process may write for itself (user_namespaces(7)): a single line of its own id. */
export function isOwn(ranges: readonly IdRange[], id: number | undefined): boolean {
  const [only] = ranges
  return ranges.length === 1 && only?.count === 1 && only.outside === id
}

/**
 * The caller's ids.
 *
 * @throws {NamespaceError} `ERR_NS_PERMISSION` where the real ones differ: it is run for somebody else (CVE-2020-5291)
 */
function ownIds(): Ids {
  const [uid, gid] = [process.geteuid?.() ?? 0, process.getegid?.() ?? 0]
  if (uid === process.getuid?.() && gid === process.getgid?.()) return { uid, gid }
  throw new NamespaceError('user: the real and the effective ids of this process differ', {
    code: 'ERR_NS_PERMISSION',
    namespace: 'user',
    operation: 'create',
    hint: 'a set-user-ID program would lend its privilege to whoever runs it: be one user, by setuid and setgid, first',
  })
}

/**
 * The ids of who makes the namespace.
 *
 * @throws {NamespaceError} `ERR_NS_PERMISSION` where that is somebody else whom this process cannot become
 */
export function makerIds({ owner }: Pick<UserOptions, 'owner'>): Ids {
  const own = ownIds()
  if (!owner || (hasCapability(CAP.SETUID) && hasCapability(CAP.SETGID))) return owner ?? own
  throw new NamespaceError(`user: uid ${own.uid} cannot become uid ${owner.uid}, the owner`, {
    code: 'ERR_NS_PERMISSION',
    namespace: 'user',
    operation: 'become the owner',
    hint: 'run as root, or leave out user.owner: the namespace is then its maker’s, yours',
  })
}

/**
 * What was asked for, as ranges. Reads the machine for subordinate ids and for what is mapped here.
 *
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION` for what the kernel would refuse, `ERR_NS_SUBIDS` where ids, or the
 * programs that map them, are missing
 */
export function resolveMaps(options: UserOptions): Maps {
  const ids = makerIds(options)
  const { map, own } = options
  const fixed = map === undefined || map === 'current' || map === 'root'
  const inside = own ?? (map === 'root' ? { uid: 0, gid: 0 } : ids)
  const one = (kind: Kind) => [{ inside: inside[kind], outside: ids[kind], count: 1 }]
  const ranges = fixed
    ? { uid: one('uid'), gid: one('gid') }
    : { uid: rangesOf('uid', options, ids), gid: rangesOf('gid', options, ids) }
  const setgroups = decideSetgroups(options.setgroups, isOwn(ranges.gid, ids.gid))
  if (fixed) return { ...ranges, setgroups, programs: {}, warnings: [] }
  const isAlone = map === 'auto' && isOwn(ranges.uid, ids.uid) && isOwn(ranges.gid, ids.gid)
  const warnings = isAlone
    ? ['there are no subordinate ids in /etc/subuid and /etc/subgid: your own id alone is mapped']
    : []
  return { ...ranges, setgroups, programs: programsFor(ranges, ids), warnings }
}

function rangesOf(kind: Kind, { map, own }: UserOptions, ids: Ids): readonly IdRange[] {
  const key = `user.map.${kind}`
  const here = parseRanges(readFileSync(`/proc/self/${kind}_map`, 'latin1'))
  const outside = ids[kind]
  if (typeof map === 'object') {
    const ranges = own ? punch(map[kind], { inside: own[kind], outside }) : map[kind]
    validateRanges(ranges, key)
    for (const range of ranges) checkMapped(range, here, key)
    if (insideId(ranges, outside) === undefined && outsideId(ranges, 0) === undefined)
      throw invalidOption(`${key}: maps neither ${kind} ${outside}, your own, nor 0 inside`, 'user')
    return ranges
  }
  const subids = usable(readSubids(`/etc/sub${kind}`, ids.uid), outside, here)
  if (map === 'subids' && subids.length === 0) throw noSubids(kind, ids.uid)
  const ranges = layOut(
    subids,
    map === 'subids' ? undefined : { inside: own?.[kind] ?? 0, outside },
  )
  validateSize(ranges, key)
  return ranges
}

/** A range has to lie in one line of the caller's own map: else the kernel answers EPERM (map_write, kernel/user_namespace.c). */
function checkMapped({ outside, count }: IdRange, here: readonly IdRange[], key: string): void {
  const fits = (line: IdRange) =>
    outside >= line.inside && outside + count <= line.inside + line.count
  if (!here.some(fits))
    throw invalidOption(
      `${key}: ids ${outside} to ${outside + count - 1} outside are not mapped, in one line, in the user namespace that this process is in`,
      'user',
    )
}

/**
 * More gids than one: allowed, as it is what a change of user inside takes. One: denied, as the kernel demands of the
 * unprivileged (a group can be there to deny: CVE-2014-8989, CVE-2018-7169), unless there are groups to drop.
 */
export function decideSetgroups(
  setgroups: UserOptions['setgroups'],
  isOneOwn: boolean,
): 'allow' | 'deny' {
  const isPrivileged = hasCapability(CAP.SETGID)
  if (setgroups === 'allow' && isOneOwn && !isPrivileged)
    throw invalidOption(
      "user.setgroups: 'allow' contradicts user.map for an unprivileged caller: with its own gid alone the kernel demands 'deny'",
      'user',
    )
  if (setgroups !== undefined) return setgroups
  return !isOneOwn || (isPrivileged && hasSupplementaryGroups()) ? 'allow' : 'deny'
}

function programsFor(ranges: Pick<Maps, 'uid' | 'gid'>, ids: Ids): Maps['programs'] {
  const isDirect = (kind: Kind) =>
    isOwn(ranges[kind], ids[kind]) || hasCapability(kind === 'uid' ? CAP.SETUID : CAP.SETGID)
  return {
    ...(isDirect('uid') ? {} : { uid: findNewidmap('uid') }),
    ...(isDirect('gid') ? {} : { gid: findNewidmap('gid') }),
  }
}

function noSubids(kind: Kind, uid: number): NamespaceError {
  return new NamespaceError(`user: uid ${uid} has no subordinate ${kind}s that are mapped here`, {
    code: 'ERR_NS_SUBIDS',
    namespace: 'user',
    operation: 'map',
    hint: `add a line USER:FIRST:COUNT to /etc/sub${kind}, as root: usermod --add-sub${kind}s FIRST-LAST USER`,
  })
}
