import { constants } from 'node:os'
import { invalidOption } from '../errors/namespace-error.ts'
import type { Command } from '../program/command.ts'
import { type CapabilityAttributes, checkCapabilities } from './capability-sets.ts'
import { checkCgroup } from './cgroup.ts'
import { checkBoolean } from './check.ts'
import { checkGroups, type GroupAttributes } from './groups.ts'
import { checkKeyring, type KeyringAttributes } from './keyring.ts'
import { checkLandlock, type LandlockAttributes } from './landlock.ts'
import { type LimitAttributes, wantedLimits } from './limits.ts'
import { checkScheduling, type SchedulingAttributes } from './scheduling.ts'
import { checkSeccomp, type SeccompAttributes } from './seccomp.ts'
import { checkSession, type SessionAttributes } from './session.ts'
import { checkUmask, type UmaskAttributes } from './umask.ts'

/** What a process is beside its command and its namespaces. Each is a step; absent: as the caller. */
export interface ProcessAttributes
  extends SessionAttributes,
    SchedulingAttributes,
    UmaskAttributes,
    LimitAttributes,
    GroupAttributes,
    KeyringAttributes,
    CapabilityAttributes,
    SeccompAttributes,
    LandlockAttributes {
  /** Nothing that is executed gains privilege. @default true with any namespace, `seccomp` or `landlock` */
  readonly noNewPrivileges?: boolean | undefined
  /** What the process gets when its parent is gone; an init ends with it anyway. @default 'SIGKILL' with any namespace */
  readonly parentDeathSignal?: NodeJS.Signals | undefined
  /** The directory of a cgroup v2, or an fd of one, that exists: the process is born in it. Linux 5.7. */
  readonly cgroup?: string | { readonly fd: number } | undefined
}

const keys: { readonly [Key in keyof Required<ProcessAttributes>]: true } = {
  session: true,
  processGroup: true,
  controllingTerminal: true,
  foreground: true,
  umask: true,
  nice: true,
  oomScoreAdj: true,
  affinity: true,
  limits: true,
  groups: true,
  keyring: true,
  capabilities: true,
  securebits: true,
  noNewPrivileges: true,
  seccomp: true,
  landlock: true,
  parentDeathSignal: true,
  cgroup: true,
}

/** The names of all attributes. */
export const attributeKeys: readonly (keyof ProcessAttributes)[] = Object.keys(
  keys,
) as (keyof ProcessAttributes)[]

/** The attributes among options. */
export function attributesOf(options: ProcessAttributes): ProcessAttributes {
  const set = attributeKeys.filter((key) => options[key] !== undefined)
  return Object.fromEntries(set.map((key) => [key, options[key]]))
}

/**
 * Checks all that can be known before anything exists.
 *
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION`, naming the attribute
 */
export function checkAttributes(command: ProcessAttributes & Pick<Command, 'detached'>): void {
  checkSession(command)
  checkScheduling(command)
  checkUmask(command)
  wantedLimits(command)
  checkGroups(command)
  checkKeyring(command)
  checkCapabilities(command)
  checkSeccomp(command)
  checkLandlock(command)
  checkCgroup('cgroup', command.cgroup)
  const { noNewPrivileges, parentDeathSignal, detached } = command
  checkBoolean('noNewPrivileges', noNewPrivileges)
  if (parentDeathSignal === undefined) return
  if (!(parentDeathSignal in constants.signals))
    throw invalidOption(`parentDeathSignal: ${parentDeathSignal} is no signal’s name`)
  if (detached)
    throw invalidOption('parentDeathSignal: what is detached outlives its parent; leave out one')
}
