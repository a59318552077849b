import { checkJoin, checkKeys, invalidOption, type NamespaceRef } from '@ns/syscalls'
import { type IdRange, isId, validateRanges } from './id-map.ts'

/** A uid and a gid. */
export interface Ids {
  readonly uid: number
  readonly gid: number
}

/** A new user namespace and its maps, or one to join. */
export interface UserOptions {
  /**
   * `'current'`: the caller's ids stay what they are. `'root'`: they are 0 inside. `'auto'`: they are 0 inside, and the
   * caller's subordinate ids follow, as many as there are. `'subids'`: the subordinate ids alone, from 0 on. Or ranges.
   * @default 'current'
   */
  readonly map?:
    | 'current'
    | 'root'
    | 'auto'
    | 'subids'
    | { readonly uid: readonly IdRange[]; readonly gid: readonly IdRange[] }
    | undefined
  /** What the caller's own ids are inside. Ranges that have these ids get a hole for them. @default as `map` says */
  readonly own?: Ids | undefined
  /**
   * Who owns the namespace, as if that user had made it: may join it and has all capabilities there, and these ids are what
   * `map` calls the caller's. As root; with `'current'`, `'root'` or ranges. @default the caller
   */
  readonly owner?: Ids | undefined
  /** Whether `setgroups` may be called inside. @default 'allow' with more gids than one, or where a privileged caller has groups to drop */
  readonly setgroups?: 'allow' | 'deny' | undefined
  /** The command can make no user namespace, and so none of the others: it is one level further down, with the same ids. @default false */
  readonly disableNested?: boolean | undefined
  /** Enter this one, as its root where that is mapped. */
  readonly join?: NamespaceRef | undefined
  /** With `join`: the ids stay what they are there, whoever that is. @default false */
  readonly keepIds?: boolean | undefined
}

const KEYS = ['map', 'own', 'owner', 'setgroups', 'disableNested', 'join', 'keepIds'] as const
const MAPS = ['current', 'root', 'auto', 'subids']

/** @throws {NamespaceError} `ERR_NS_INVALID_OPTION` for malformed options and for contradictions */
export function checkOptions(options: UserOptions): void {
  checkKeys('user', options, KEYS, 'user')
  const { keepIds, ...others } = options
  checkJoin('user', others)
  const { map, own, owner, setgroups, disableNested, join } = others
  if (keepIds !== undefined && (typeof keepIds !== 'boolean' || join === undefined))
    throw invalidOption('user.keepIds: true or false is wanted, beside join', 'user')
  if (typeof map === 'object' && map !== null) {
    checkKeys('user.map', map, ['uid', 'gid'], 'user')
    validateRanges(map.uid, 'user.map.uid')
    validateRanges(map.gid, 'user.map.gid')
  } else if (map !== undefined && !MAPS.includes(map))
    throw invalidOption(
      `user.map: '${MAPS.join("', '")}' or { uid, gid } is wanted, not '${map}'`,
      'user',
    )
  if (own !== undefined) {
    checkKeys('user.own', own, ['uid', 'gid'], 'user')
    if (!isId(own.uid) || !isId(own.gid))
      throw invalidOption('user.own: uid and gid have to be ids', 'user')
    if (map === 'current' || map === 'root' || map === 'subids')
      throw invalidOption(
        `user.own contradicts user.map '${map}', which says it already: leave out one of them`,
        'user',
      )
  }
  if (owner !== undefined) checkOwner(owner, options)
  if (disableNested !== undefined && typeof disableNested !== 'boolean')
    throw invalidOption('user.disableNested: true or false is wanted', 'user')
  if (setgroups !== undefined && setgroups !== 'allow' && setgroups !== 'deny')
    throw invalidOption(`user.setgroups: 'allow' or 'deny' is wanted`, 'user')
}

function checkOwner(owner: Ids, { map, disableNested }: UserOptions): void {
  checkKeys('user.owner', owner, ['uid', 'gid'], 'user')
  if (!isId(owner.uid) || !isId(owner.gid))
    throw invalidOption('user.owner: uid and gid have to be ids', 'user')
  if (map === 'auto' || map === 'subids')
    throw invalidOption(
      `user.owner contradicts user.map '${map}', which is of the caller's subordinate ids: give ranges`,
      'user',
    )
  if (disableNested)
    throw invalidOption(
      'user.owner contradicts user.disableNested: the owner could look at this process meanwhile',
      'user',
    )
}
