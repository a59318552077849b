import { readlinkSync } from 'node:fs'
import { resolve } from 'node:path'
import { attributeKeys } from '../attributes/attributes.ts'
import { addCapabilities, type Identity } from '../attributes/capabilities.ts'
import { addGroups } from '../attributes/groups.ts'
import { addIds } from '../attributes/ids.ts'
import { addKeyring } from '../attributes/keyring.ts'
import { addLandlock } from '../attributes/landlock.ts'
import { addLimits, wantedLimits } from '../attributes/limits.ts'
import { addScheduling } from '../attributes/scheduling.ts'
import { addSeccomp, filtersOf } from '../attributes/seccomp.ts'
import { addSession, addTerminal } from '../attributes/session.ts'
import { addUmask } from '../attributes/umask.ts'
import { invalidOption } from '../errors/namespace-error.ts'
import { PR } from '../kernel/constants.ts'
import type { NamespaceType } from '../namespaces/types.ts'
import type { Blueprint, Built } from './build.ts'
import type { Command } from './command.ts'
import { addExec, addSignals } from './exec.ts'
import { addFds } from './fds.ts'
import { addInit } from './init.ts'
import type { Region, Slot } from './memory.ts'
import type { ParentDeath } from './parent-death.ts'
import type { Plan } from './plan.ts'
import { addStatus, type ProtectionRegions } from './protections.ts'
import { addIdentities, addMaps } from './read-back.ts'

/** How a program ends. */
export type End = Omit<Built, 'plan' | 'cloned' | 'forked' | 'raised'>

/** From the init to the exec: the steps that are the command's own. */
export function addCommand(
  plan: Plan,
  blueprint: Blueprint,
  command: Command,
  { running, checks }: ParentDeath,
): End {
  const isolated = blueprint.contributions.length > 0
  const hasUser = plan.creates.has('user') || plan.joins.has('user')
  addScheduling(plan, command)
  if (plan.init) addInit(plan, blueprint.lifeline, running, command.detached === true)
  if (command.detached) plan.in('session').call('setsid', [], { operation: 'detach' })
  addSession(plan, command, isolated)
  const isRoot = isRootAtExec(plan, command, hasUser)
  const groups = addCredentials(plan, command, { isRoot, hasUser, isolated })
  warnOfParent(plan, blueprint, command)
  addDirectory(plan, command)
  addUmask(plan, command)
  plan.in('rearm').push(...(plan.init ? checks : running))
  const identities = isolated ? addIdentities(plan) : new Map<NamespaceType, Region>()
  const maps = hasUser ? addMaps(plan, blueprint.contributions) : undefined
  addFds(plan, command.fds ?? [0, 1, 2])
  addTerminal(plan, command)
  const protections = addProtections(plan, command, { isRoot, isolated })
  addSignals(plan)
  return { candidates: addExec(plan, command), identities, maps, groups, protections }
}

/** A program that only looks or acts inside ends here. */
export function addEnd(plan: Plan): End {
  plan.in('exec').call('exit_group', [0])
  return {
    candidates: [],
    identities: new Map(),
    maps: undefined,
    groups: undefined,
    protections: undefined,
  }
}

/** Whether exec gives the command what is in its bounding set. */
function isRootAtExec(plan: Plan, { uid, securebits }: Command, hasUser: boolean): boolean {
  const ownRoot = hasUser ? plan.rootInside : process.geteuid?.() === 0
  return (uid === undefined ? ownRoot : uid === 0) && !securebits?.includes('NOROOT')
}

/** Groups, ids and capabilities; returns what setgroups answered where that may be a refusal. */
function addCredentials(plan: Plan, command: Command, identity: Identity): Slot | undefined {
  const changesIds = (command.uid ?? command.gid) !== undefined
  const groups = addGroups(
    plan,
    command.groups ?? (identity.isolated || changesIds ? 'drop' : 'keep'),
  )
  addIds(plan, command)
  addCapabilities(plan, command, identity)
  return groups
}

/**
 * Adds the steps that enter the command's directory: by its whole name where it may be covered, as who is in a directory
 * stays below what is mounted on it.
 */
function addDirectory(plan: Plan, { cwd }: Command): void {
  const steps = plan.in('cwd')
  const options = { operation: 'enter the directory' } as const
  if (cwd !== undefined) {
    steps.call('chdir', [plan.mayCoverDirectory ? resolve(cwd) : cwd], options)
    return
  }
  if (!plan.mayCoverDirectory) return
  const own = readlinkSync('/proc/self/cwd') // of one that was removed too
  const result = plan.slot('directory')
  steps.call('chdir', ['/'], options)
  steps.call('chdir', [own], { ...options, tolerate: ['ENOENT', 'ENOTDIR', 'EACCES'], result })
  const text = `the command is in '/': the caller's directory '${own}' is not there for it, or may not be entered`
  plan.warningsIfFailed.push({ result, text })
}

/** Adds what the process can't undo, and the read-back of all that it is held by. */
function addProtections(
  plan: Plan,
  command: Command,
  { isRoot, isolated }: Pick<Identity, 'isRoot' | 'isolated'>,
): ProtectionRegions | undefined {
  const filters = filtersOf(command)
  const isRestricted = filters.length > 0 || command.landlock !== undefined
  if (command.noNewPrivileges ?? (isolated || isRestricted))
    plan
      .in('no-new-privileges')
      .call('prctl', [PR.SET_NO_NEW_PRIVS, 1, 0, 0, 0], { operation: 'set no_new_privs' })
  if (!isolated && !attributeKeys.some((key) => command[key] !== undefined)) return undefined
  const groups = Array.isArray(command.groups) ? command.groups : (process.getgroups?.() ?? [])
  const keyring = addKeyring(plan, command)
  const status = addStatus(plan, groups.length)
  const landlock = addLandlock(plan, command)
  const limits = addLimits(plan, wantedLimits(command))
  addSeccomp(plan, command)
  return { status, isRoot, keyring, filters: filters.length, landlock, limits }
}

function warnOfParent(plan: Plan, blueprint: Blueprint, command: Command): void {
  if (plan.init && (command.parentDeathSignal ?? 'SIGKILL') !== 'SIGKILL')
    throw invalidOption(
      'parentDeathSignal: an init ends with its parent, and with it all that it is the init of',
    )
  const isMeantToEnd = blueprint.contributions.length > 0 || command.parentDeathSignal !== undefined
  if (!blueprint.threadIsProcess && !plan.init && !command.detached && isMeantToEnd)
    plan.warnings.push('started from a Worker without an init: it outlives a caller that is killed')
}
