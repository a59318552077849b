import { type CgroupOptions, cgroup } from '@ns/cgroup'
import { type IpcOptions, ipc } from '@ns/ipc'
import { type MountOptions, mount } from '@ns/mount'
import { type NetOptions, net } from '@ns/net'
import { type PidOptions, pid } from '@ns/pid'
import {
  type Contribution,
  checkKeys,
  invalidOption,
  isPrivileged,
  type NamespaceType,
  persisted,
} from '@ns/syscalls'
import { type TimeOptions, time } from '@ns/time'
import { type UserOptions, user } from '@ns/user'
import { type UtsOptions, uts } from '@ns/uts'

/** A namespace as one asks for it: `true` for a plain new one, options, a contribution of one's own; absent or `false`: the caller's. */
type Wanted<Options> = boolean | Options | Contribution | undefined

/** The namespaces of a process, by type. */
export interface Namespaces {
  readonly user?: Wanted<UserOptions>
  readonly uts?: Wanted<UtsOptions>
  readonly mount?: Wanted<MountOptions>
  readonly pid?: Wanted<PidOptions>
  readonly net?: Wanted<NetOptions>
  readonly ipc?: Wanted<IpcOptions>
  readonly cgroup?: Wanted<CgroupOptions>
  readonly time?: Wanted<TimeOptions>
  /** Those of a process, for the types that are not named beside it. */
  readonly join?: JoinedProcess | undefined
  /** The file that keeps a new one alive without processes, by type; `unpersist` ends that. Such a type is made though nothing else asks for it. */
  readonly persist?: { readonly [Type in NamespaceType]?: string | undefined } | undefined
}

/** Whose namespaces are entered; all are of one process, whatever becomes of its number. */
export interface JoinedProcess {
  readonly pid: number
  /** @default all that differ from the caller's */
  readonly types?: readonly NamespaceType[] | undefined
}

/** All of them at once, or contributions as one has made them oneself. */
export type NamespacesOption = 'all' | Namespaces | readonly Contribution[]

/** The facade's list: a new namespace package is one line here, and one in `Namespaces`. */
const factories = { user, uts, mount, pid, net, ipc, cgroup, time } as const satisfies {
  [Type in NamespaceType]: (options?: never) => Contribution
}

/** The types that `'all'` means. */
export const types: readonly NamespaceType[] = Object.keys(factories) as NamespaceType[]

/**
 * What `launch` is given for the option `namespaces`. A caller without privilege gets a user namespace that keeps its
 * ids, without which it could make none of the others; `ready` says so.
 *
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION`
 */
export function contributionsOf(namespaces: NamespacesOption | undefined): readonly Contribution[] {
  const wanted = listOf(namespaces)
  const makesAny = wanted.some(({ flags }) => flags !== 0)
  const joinsAny = wanted.some(({ join }) => join !== undefined)
  const hasUser = wanted.some(({ type }) => type === 'user')
  return makesAny && !joinsAny && !hasUser && !isPrivileged() ? [addedUser(), ...wanted] : wanted
}

function listOf(namespaces: NamespacesOption | undefined): readonly Contribution[] {
  if (namespaces === undefined) return []
  if (Array.isArray(namespaces)) return namespaces.map(checkContribution)
  const each =
    namespaces === 'all' ? Object.fromEntries(types.map((type) => [type, true])) : namespaces
  if (typeof each === 'string') throw invalidOption(`namespaces: '${each}' is not 'all'`)
  checkKeys('namespaces', each, [...types, 'join', 'persist'])
  const { join, persist = {}, ...named } = each as Namespaces
  checkKeys('namespaces.persist', persist, types)
  const joined = join === undefined ? [] : joinsOf(join)
  const isNamed = (type: NamespaceType) => named[type] !== undefined || persist[type] !== undefined
  return [
    ...types.flatMap((type) => kept(contributionOf(type, named[type]), type, persist[type])),
    ...joined.filter(({ type }) => !isNamed(type)),
  ]
}

function kept(
  contribution: Contribution | undefined,
  type: NamespaceType,
  path: string | undefined,
): readonly Contribution[] {
  if (path === undefined) return contribution ? [contribution] : []
  return [persisted(contribution ?? factories[type](), path)]
}

function joinsOf(join: JoinedProcess): readonly Contribution[] {
  checkKeys('namespaces.join', join, ['pid', 'types'])
  const { pid: target, types: some }: JoinedProcess = join
  if (!Number.isInteger(target) || target <= 0)
    throw invalidOption('namespaces.join.pid: the pid of a process is wanted')
  if (some === undefined)
    return types.map((type) => ({ ...factories[type]({ join: target }), unlessOwn: true }))
  if (!Array.isArray(some) || some.length === 0 || !some.every((type) => types.includes(type)))
    throw invalidOption(`namespaces.join.types: some of ${types.join(', ')} are wanted`)
  return [...new Set<NamespaceType>(some)].map((type) => factories[type]({ join: target }))
}

function contributionOf(type: NamespaceType, wanted: unknown): Contribution | undefined {
  if (wanted === undefined || wanted === false) return undefined
  if (isContribution(wanted)) {
    if (wanted.type !== type)
      throw invalidOption(`namespaces.${type}: a contribution for ${wanted.type} stands there`)
    return wanted
  }
  const make: (options?: object) => Contribution = factories[type]
  return wanted === true ? make() : make(wanted as object)
}

function isContribution(value: unknown): value is Contribution {
  return (
    typeof value === 'object' &&
    value !== null &&
    'steps' in value &&
    typeof value.steps === 'function'
  )
}

function checkContribution(value: unknown): Contribution {
  if (isContribution(value)) return value
  throw invalidOption('namespaces: an array holds contributions, such as uts() makes')
}

function addedUser(): Contribution {
  const contribution = user({ map: 'current' })
  return {
    ...contribution,
    steps(plan) {
      plan.warnings.push(
        'a user namespace was added, as the caller has no privilege: its ids are kept',
      )
      contribution.steps(plan)
    },
  }
}
