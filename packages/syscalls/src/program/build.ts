import { checkAttributes } from '../attributes/attributes.ts'
import { raisedLimits, type WantedLimit, wantedLimits } from '../attributes/limits.ts'
import { invalidOption } from '../errors/namespace-error.ts'
import { F, FD_CLOEXEC, PR } from '../kernel/constants.ts'
import { CLONE_NEW, type NamespaceType, namespaceTypes } from '../namespaces/types.ts'
import type { Command } from './command.ts'
import { addSteps, type Contribution } from './contribution.ts'
import { addCommand, addEnd } from './ending.ts'
import type { Candidate } from './exec.ts'
import { addFork, addJoins, type Join, MESSAGE, waitForGo } from './joins.ts'
import type { Region, Slot } from './memory.ts'
import type { Phase } from './order.ts'
import { armParentDeath } from './parent-death.ts'
import { type FdOwner, Plan } from './plan.ts'
import type { ProtectionRegions } from './protections.ts'
import { type Fd, type Step, step } from './step.ts'

/** Where a type's `unshare` stands: first in the phase of its own steps. */
const creationPhase: Readonly<Record<NamespaceType, Phase>> = {
  user: 'user',
  pid: 'fork',
  cgroup: 'cgroup',
  uts: 'uts',
  ipc: 'ipc',
  time: 'time',
  net: 'net',
  mount: 'propagation',
}

/** What a program is built of. */
export interface Blueprint {
  readonly contributions: readonly Contribution[]
  /** Absent: the program ends without an exec, see `inside`. */
  readonly command: Command | undefined
  /** Namespaces to enter, opened already. */
  readonly joins: readonly Join[]
  /** The child's end of the status socket. */
  readonly status: Fd
  /** The child's end of the init's lifeline. */
  readonly lifeline: Fd
  /** Takes what is opened for the program. */
  readonly opened: FdOwner
  /** What tells whether the caller's thread has begun to end: its `/proc/thread-self/statm`. */
  readonly statm: Fd
  /** Whether the caller has CAP_SYS_ADMIN: it decides the order of joins. */
  readonly privileged: boolean
  /** Whether the caller's thread lives as long as its process: a Worker's does not, and PR_SET_PDEATHSIG is the thread's. */
  readonly threadIsProcess: boolean
  /** Whether a new time namespace takes a fork, as below Linux 6.2. */
  readonly timeByFork: boolean
}

/** A plan that is complete, and where the results that Node reads are. */
export interface Built {
  readonly plan: Plan
  /** `CLONE_NEW*` that the stub's clone makes; all others are unshared by the launcher. */
  readonly cloned: number
  readonly candidates: readonly Candidate[]
  /** The second clone's pid. */
  readonly forked: Slot | undefined
  /** Of the types that are made or joined; all others are the caller's. */
  readonly identities: ReadonlyMap<NamespaceType, Region>
  readonly maps: { readonly uid: Region; readonly gid: Region } | undefined
  /** What setgroups answered, where the groups are dropped if the kernel allows it. */
  readonly groups: Slot | undefined
  /** Absent: nothing restricts the process that doesn't restrict the caller. */
  readonly protections: ProtectionRegions | undefined
  /** Limits that the parent raises while the child waits. */
  readonly raised: readonly WantedLimit[]
}

/** The contributions in the order in which they are asked, no type twice. */
export function sortContributions(contributions: readonly Contribution[]): readonly Contribution[] {
  contributions.forEach(checkContribution)
  const types = contributions.map(({ type }) => type)
  const twice = types.find((type, i) => types.indexOf(type) !== i)
  if (twice) throw invalidOption(`${twice}: two contributions for one namespace type`, twice)
  return [...contributions].sort(
    (a, b) => namespaceTypes.indexOf(a.type) - namespaceTypes.indexOf(b.type),
  )
}

/** Flags that nothing comes of, such as those of a second type, would be missing in silence. */
function checkContribution({ type, flags, join }: Contribution): void {
  if (!namespaceTypes.includes(type))
    throw invalidOption(`a contribution's type is one of ${namespaceTypes.join(', ')}; not ${type}`)
  if (flags === 0 || (flags === CLONE_NEW[type] && join === undefined)) return
  const wanted = join === undefined ? `CLONE_NEW.${type}, or 0 to make none` : '0 beside join'
  throw invalidOption(`${type}: the flags of its contribution have to be ${wanted}`, type)
}

/** Builds the program of a start: the core's own steps and those of the contributions. */
export function build(blueprint: Blueprint): Built {
  const { contributions, command, joins, status } = blueprint
  const joined = new Set(joins.map(({ type }) => type))
  const created = new Set(contributions.filter(({ flags }) => flags !== 0).map(({ type }) => type))
  if (command) checkAttributes(command)
  const plan = new Plan(created, joined, status, blueprint.opened)
  const death = command?.detached
    ? { starting: [], running: [], checks: [] }
    : armParentDeath(plan, blueprint, deathSignal(blueprint))

  plan.in('arm').push(...death.starting, step('fcntl', [status, F.SETFD, FD_CLOEXEC]))
  // With joins everything is made after them, in the launcher; and a PID 1 cannot be forked from (CLONE_PARENT).
  const timeByFork = blueprint.timeByFork && created.has('time')
  const owner = contributions.find((it) => it.type === 'user' && created.has('user'))?.owner
  const pidInLauncher = joined.size > 0 || timeByFork || owner !== undefined
  const atClone = (['user', 'pid'] as const).filter(
    (type) => created.has(type) && joined.size === 0 && !(type === 'pid' ? pidInLauncher : owner),
  )
  const byFork = timeByFork || (created.has('pid') && pidInLauncher)
  if (owner) become(plan, owner, death.starting)
  for (const { type, parent } of contributions)
    if (created.has(type) && !atClone.includes(type as 'user'))
      addUnshare(plan, type, parent ? 'user' : creationPhase[type])
  // Undumpable: nobody inside can look at the launcher. A new user namespace's own maps come first.
  const undumpable = step('prctl', [PR.SET_DUMPABLE, 0, 0, 0, 0], { operation: 'guard' })
  plan.in(created.has('user') ? 'guard' : 'joins').push(undumpable)
  addJoins(plan, joins, blueprint.privileged)
  const forks = joined.has('pid') || byFork
  const forked = forks ? addFork(plan) : undefined
  if (forks) plan.in('fork').push(waitForGo(plan), ...death.starting)
  for (const contribution of contributions) addSteps(contribution, plan)
  const raised = command ? raisedLimits(wantedLimits(command)) : []
  if (raised.length > 0 || contributions.some(({ parent }) => parent)) addPark(plan)

  const end = command ? addCommand(plan, blueprint, command, death) : addEnd(plan)
  const cloned = atClone.reduce((flags, type) => flags | CLONE_NEW[type], 0)
  return { plan, cloned, forked, raised, ...end }
}

/** @param phase `user` where the parent has a part: what that is about has to be there when the child waits */
function addUnshare(plan: Plan, type: NamespaceType, phase: Phase): void {
  plan.in(phase).call('unshare', [CLONE_NEW[type]], { namespace: type, operation: 'create' })
}

/**
 * Adds the steps after which what is made is another user's. From here on this process is undumpable, and so stays out of
 * that user's reach (ptrace(2)); the change has cleared the parent-death signal.
 */
function become(
  plan: Plan,
  { uid, gid }: NonNullable<Contribution['owner']>,
  arm: readonly Step[],
): void {
  const steps = plan.in('user')
  const options = { namespace: 'user', operation: 'become the owner' } as const
  steps.call('setgroups', [0, 0], options)
  steps.call('setresgid', [gid, gid, gid], options)
  steps.call('setresuid', [uid, uid, uid], options)
  steps.push(...arm)
}

function addPark(plan: Plan): void {
  const { memory, status } = plan
  plan.in('parked').push(
    step('write', [status, memory.string(MESSAGE.parked), 1], {
      operation: 'wait for the parent',
      expect: 1,
    }),
    waitForGo(plan),
  )
}

/** Without any namespace a process outlives its parent, as any other does. */
function deathSignal({ command, contributions }: Blueprint): NodeJS.Signals | undefined {
  return command?.parentDeathSignal ?? (contributions.length > 0 ? 'SIGKILL' : undefined)
}
