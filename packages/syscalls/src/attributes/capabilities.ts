import {
  capabilityData,
  capabilityHeader,
  hasCapability,
  ownPermitted,
} from '../calls/capabilities.ts'
import { invalidOption } from '../errors/namespace-error.ts'
import { CAP, PR, PR_CAP_AMBIENT, SECBIT } from '../kernel/constants.ts'
import type { Command } from '../program/command.ts'
import type { Plan } from '../program/plan.ts'
import {
  ALL,
  type CapabilityAttributes,
  NONE,
  numbersOf,
  type Sets,
  setOf,
} from './capability-sets.ts'

/** What decides what an option means: who the command is. */
export interface Identity {
  /** Id 0, inside if there is an inside, and special at an exec: not with NOROOT. */
  readonly isRoot: boolean
  /** A user namespace is made or joined: the process has all capabilities in it. */
  readonly hasUser: boolean
  /** Something beside its command was asked for: all are dropped unless it says otherwise. */
  readonly isolated: boolean
}

/** The sets before the exec; `undefined`: they stay as they are. */
function wantedSets(
  option: CapabilityAttributes['capabilities'],
  identity: Identity,
): Sets | undefined {
  if (option === undefined || option === 'keep') return undefined
  // Root of a user namespace keeps its permitted ones, and so its bounding set: they count inside only.
  if (option === 'drop')
    return identity.hasUser && identity.isRoot
      ? { ...NONE, bounding: ALL, permitted: ALL, effective: ALL }
      : NONE
  if (!('drop' in option || 'add' in option)) {
    const { bounding, permitted, inheritable, effective, ambient } = { ...option } as Partial<
      Record<string, Parameters<typeof setOf>[0]>
    >
    return {
      bounding: setOf(bounding),
      permitted: setOf(permitted),
      inheritable: setOf(inheritable),
      effective: setOf(effective),
      ambient: setOf(ambient),
    }
  }
  const base = identity.hasUser ? ALL : ownPermitted()
  const kept = option.drop === 'all' ? 0n : base & ~setOf(option.drop)
  const all = kept | setOf(option.add)
  const own = { bounding: all, permitted: all, effective: all }
  // exec gives root what is in its bounding set; all others have what is ambient, which takes inheritable.
  return identity.isRoot ? { ...NONE, ...own } : { ...own, inheritable: all, ambient: all }
}

/** Adds the change of capabilities and securebits. Inheritable is empty unless asked for (CVE-2022-29162). */
export function addCapabilities(plan: Plan, command: Command, identity: Identity): void {
  const { securebits } = command
  const option = command.capabilities ?? (identity.isolated ? 'drop' : 'keep')
  const sets = wantedSets(option, identity)
  const bits = securebits?.reduce((all, name) => all | SECBIT[name], 0)
  const changesId = command.uid !== undefined && command.uid !== 0
  if (bits !== undefined && !sets && changesId)
    throw invalidOption(
      'securebits: another uid loses CAP_SETPCAP, which they take: name the capabilities, or drop them',
    )
  if (sets) {
    addBounding(plan, sets.bounding, mayStayBounded(command, identity))
    // A change from id 0 to another clears what is permitted; after it, what is wanted is made effective again.
    if (changesId && (sets.permitted !== 0n || bits !== undefined))
      plan
        .in('bounding-set')
        .call('prctl', [PR.SET_KEEPCAPS, 1, 0, 0, 0], { operation: 'keep capabilities' })
    // Securebits take CAP_SETPCAP, and may forbid to raise ambient ones: they come between.
    const pcap = bits === undefined ? 0n : 1n << BigInt(CAP.SETPCAP)
    addSets(plan, {
      ...sets,
      permitted: sets.permitted | pcap,
      effective: sets.effective | pcap,
    })
    addAmbient(plan, sets)
  }
  if (bits === undefined) return
  const options = { operation: 'set securebits' } as const
  plan.in('capabilities').call('prctl', [PR.SET_SECUREBITS, bits, 0, 0, 0], options)
  plan
    .in('capabilities')
    .call('prctl', [PR.GET_SECUREBITS, 0, 0, 0, 0], { ...options, expect: bits })
  if (sets) addSets(plan, sets)
}

/**
 * Whether a bounding set that cannot be emptied is no failure: nobody has asked for that by name, it takes CAP_SETPCAP,
 * and with no_new_privs no exec gives what is in it (prctl(2)).
 */
function mayStayBounded(command: Command, { hasUser }: Identity): boolean {
  const isDefault = command.capabilities === undefined && command.noNewPrivileges !== false
  return isDefault && !hasUser && !hasCapability(CAP.SETPCAP)
}

function addBounding(plan: Plan, bounding: bigint, mayStay: boolean): void {
  const result = plan.slot('bounding set')
  const options = mayStay ? ({ tolerate: ['EPERM'], result } as const) : {}
  for (const capability of numbersOf(ALL & ~bounding))
    plan.in('bounding-set').call('prctl', [PR.CAPBSET_DROP, capability, 0, 0, 0], {
      operation: 'drop capabilities',
      ...options,
    })
  if (!mayStay) return
  const text =
    'the bounding set is kept: to empty it takes CAP_SETPCAP, or a user namespace; with no_new_privs nothing gains what is in it'
  plan.warningsIfFailed.push({ result, text })
}

function addSets(plan: Plan, sets: Sets): void {
  plan.in('capabilities').call('capset', [capabilityHeader(), capabilityData(sets)], {
    operation: sets.permitted === 0n ? 'drop capabilities' : 'set capabilities',
  })
}

/** The launcher's own are ambient in a new user namespace: what is inheritable would stay so. */
function addAmbient(plan: Plan, { ambient, inheritable }: Sets): void {
  if (ambient === 0n && inheritable === 0n) return // gone with the inheritable ones
  const steps = plan.in('capabilities')
  const options = { operation: 'set capabilities' } as const
  steps.call('prctl', [PR.CAP_AMBIENT, PR_CAP_AMBIENT.CLEAR_ALL, 0, 0, 0], options)
  for (const capability of numbersOf(ambient))
    steps.call('prctl', [PR.CAP_AMBIENT, PR_CAP_AMBIENT.RAISE, capability, 0, 0], options)
}
