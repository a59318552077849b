import { invalidOption } from '../errors/namespace-error.ts'
import { F, FD_CLOEXEC, PR } from '../kernel/constants.ts'
import { CLONE_NEW, type NamespaceType, namespaceTypes } from '../namespaces/types.ts'
import {
  addCapabilityDrop,
  addExec,
  addFds,
  addIds,
  addSignals,
  type Candidate,
  type Command,
} from './command.ts'
import type { Contribution } from './contribution.ts'
import { addInit } from './init.ts'
import {
  addFork,
  addJoins,
  armParentDeath,
  type Join,
  MESSAGE,
  type ParentDeath,
  waitForGo,
} from './joins.ts'
import type { Region, Slot } from './memory.ts'
import type { Phase } from './order.ts'
import { Plan } from './plan.ts'
import { addIdentities, addMaps } from './read-back.ts'
import { type Fd, step } from './step.ts'

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
  /** What setgroups answered. */
  readonly groups: Slot | undefined
}

/** The contributions in the order in which they are asked, no type twice. */
export function sortContributions(contributions: readonly Contribution[]): readonly Contribution[] {
  const types = contributions.map(({ type }) => type)
  const twice = types.find((type, i) => types.indexOf(type) !== i)
  if (twice) throw invalidOption(`${twice}: two contributions for one namespace type`, twice)
  return [...contributions].sort(
    (a, b) => namespaceTypes.indexOf(a.type) - namespaceTypes.indexOf(b.type),
  )
}

/** Builds the program of a start: the core's own steps and those of the contributions. */
export function build(blueprint: Blueprint): Built {
  const { contributions, command, joins, status } = blueprint
  const joined = new Set(joins.map(({ type }) => type))
  const created = new Set(contributions.filter(({ flags }) => flags !== 0).map(({ type }) => type))
  const plan = new Plan(created, joined, status)
  const death = command?.detached
    ? { starting: [], running: [] }
    : armParentDeath(plan, blueprint.threadIsProcess)

  plan.in('arm').push(...death.starting, step('fcntl', [status, F.SETFD, FD_CLOEXEC]))
  // With joins everything is made after them, in the launcher; and a PID 1 cannot be forked from (CLONE_PARENT).
  const timeByFork = blueprint.timeByFork && created.has('time')
  const pidInLauncher = joined.size > 0 || timeByFork
  const atClone = (['user', 'pid'] as const).filter(
    (type) => created.has(type) && joined.size === 0 && !(type === 'pid' && pidInLauncher),
  )
  const byFork = timeByFork || (created.has('pid') && pidInLauncher)
  for (const type of created) if (!atClone.includes(type as 'user')) addUnshare(plan, type)
  addJoins(plan, joins, blueprint.privileged)
  // Undumpable: nobody inside can look at the launcher. A new user namespace's own maps come first.
  const undumpable = step('prctl', [PR.SET_DUMPABLE, 0, 0, 0, 0], { operation: 'guard' })
  plan.in(created.has('user') ? 'guard' : 'arm').push(undumpable)
  const forks = joined.has('pid') || byFork
  const forked = forks ? addFork(plan) : undefined
  if (forks) plan.in('fork').push(waitForGo(plan), ...death.starting)
  for (const contribution of contributions) contribution.steps(plan)
  if (contributions.some(({ parent }) => parent)) addPark(plan)

  const end = command ? addCommand(plan, blueprint, command, death) : addEnd(plan)
  const cloned = atClone.reduce((flags, type) => flags | CLONE_NEW[type], 0)
  return { plan, cloned, forked, ...end }
}

type End = Omit<Built, 'plan' | 'cloned' | 'forked'>

/** From the init to the exec: the steps that are the command's own. */
function addCommand(
  plan: Plan,
  blueprint: Blueprint,
  command: Command,
  { running }: ParentDeath,
): End {
  const isolated = blueprint.contributions.length > 0
  const hasUser = plan.creates.has('user') || plan.joins.has('user')
  if (plan.init) addInit(plan, blueprint.lifeline, running, command.detached === true)
  if (command.detached) plan.in('session').call('setsid', [], { operation: 'detach' })
  const changesIds = (command.uid ?? command.gid) !== undefined
  const groups = isolated || changesIds ? addGroupsDrop(plan) : undefined
  addIds(plan, command)
  if (!blueprint.threadIsProcess && !plan.init && !command.detached)
    plan.warnings.push('started from a Worker without an init: it outlives a caller that is killed')
  const isRoot = command.uid === undefined ? plan.rootInside : command.uid === 0
  if (isolated && command.capabilities !== 'keep') addCapabilityDrop(plan, hasUser && isRoot)
  if (command.cwd !== undefined)
    plan.in('cwd').call('chdir', [command.cwd], { operation: 'enter the directory' })
  plan.in('rearm').push(...(plan.init ? running.slice(-1) : running))
  const identities = isolated ? addIdentities(plan) : new Map<NamespaceType, Region>()
  const maps = hasUser ? addMaps(plan, blueprint.contributions) : undefined
  addFds(plan, command.fds ?? [0, 1, 2])
  if (command.noNewPrivileges ?? isolated)
    plan
      .in('no-new-privileges')
      .call('prctl', [PR.SET_NO_NEW_PRIVS, 1, 0, 0, 0], { operation: 'set no_new_privs' })
  addSignals(plan)
  return { candidates: addExec(plan, command), identities, maps, groups }
}

/** A program that only looks or acts inside ends here. */
function addEnd(plan: Plan): End {
  plan.in('exec').call('exit_group', [0])
  return { candidates: [], identities: new Map(), maps: undefined, groups: undefined }
}

function addUnshare(plan: Plan, type: NamespaceType): void {
  plan
    .in(creationPhase[type])
    .call('unshare', [CLONE_NEW[type]], { namespace: type, operation: 'create' })
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

/** Where setgroups is denied the groups stay; `ready` says so. */
function addGroupsDrop(plan: Plan): Slot {
  const result = plan.slot('groups')
  plan
    .in('groups')
    .call('setgroups', [0, 0], { operation: 'drop groups', tolerate: ['EPERM'], result })
  return result
}
