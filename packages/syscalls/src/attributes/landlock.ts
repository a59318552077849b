import { attempt } from '../calls/result.ts'
import { invalidOption } from '../errors/namespace-error.ts'
import { UnsupportedError } from '../errors/unsupported-error.ts'
import {
  AT_FDCWD,
  LANDLOCK_ACCESS_FS as FS,
  LANDLOCK_CREATE_RULESET_VERSION,
  LANDLOCK_RULE,
  LANDLOCK_ACCESS_NET as NET,
  O,
} from '../kernel/constants.ts'
import { errnoNumber } from '../kernel/errno.ts'
import { Slot } from '../program/memory.ts'
import type { Plan } from '../program/plan.ts'
import { checkIntegers } from './check.ts'

/** What may be reached; all else of what is named here is refused. Absent: not restricted. */
export interface LandlockRules {
  /** Inside: these, and all below them, may be read, listed and executed. With one of the two, no other path may. */
  readonly readonly?: readonly string[] | undefined
  /** Inside: everything may be done with these, and with all below them. */
  readonly readwrite?: readonly string[] | undefined
  /** The TCP ports that may be bound. Linux 6.7. */
  readonly bind?: readonly number[] | undefined
  /** The TCP ports that may be connected to. Linux 6.7. */
  readonly connect?: readonly number[] | undefined
}

/** What the process may reach whatever else it is. */
export interface LandlockAttributes {
  /** Files and TCP ports that may be reached (landlock(7)). */
  readonly landlock?: LandlockRules | undefined
}

const KEYS = ['readonly', 'readwrite', 'bind', 'connect']
const READ = FS.EXECUTE | FS.READ_FILE | FS.READ_DIR
/** All that can be allowed for what is no directory. */
const OF_FILES = FS.EXECUTE | FS.WRITE_FILE | FS.READ_FILE | FS.TRUNCATE | FS.IOCTL_DEV
const ALL = Object.values(FS).reduce((all, bit) => all | bit, 0)

/** ABI versions by what came with them. Below `truncate` a path that may only be read could still be emptied. */
const ABI = { truncate: 3, tcp: 4, ioctl: 5 } as const

const restrictsFiles = ({ readonly, readwrite }: LandlockRules) =>
  (readonly ?? readwrite) !== undefined
const restrictsTcp = ({ bind, connect }: LandlockRules) => (bind ?? connect) !== undefined

/** @throws {NamespaceError} `ERR_NS_INVALID_OPTION` */
export function checkLandlock({ landlock }: LandlockAttributes): void {
  if (landlock === undefined) return
  if (typeof landlock !== 'object' || landlock === null)
    throw invalidOption('landlock: an object with rules is wanted')
  const unknown = Object.keys(landlock).filter((key) => !KEYS.includes(key))
  if (unknown.length > 0)
    throw invalidOption(`landlock: unknown option ${unknown.join(', ')}; known: ${KEYS.join(', ')}`)
  for (const key of ['readonly', 'readwrite'] as const) {
    const paths: unknown = landlock[key]
    const arePaths = Array.isArray(paths) && paths.every((path) => typeof path === 'string' && path)
    if (paths !== undefined && !arePaths) throw invalidOption(`landlock.${key}: paths are wanted`)
  }
  for (const key of ['bind', 'connect'] as const)
    checkIntegers(`landlock.${key}`, landlock[key], 0, 65535)
  if (!restrictsFiles(landlock) && !restrictsTcp(landlock))
    throw invalidOption('landlock: no rule is given, so nothing would be restricted')
}

/**
 * Whether a kernel's Landlock can do what is asked for: never less in silence.
 *
 * @param abi its version, or a negative errno
 * @throws {UnsupportedError} saying what it lacks
 */
export function checkAbi(rules: LandlockRules, abi: number): void {
  if (abi === -errnoNumber('EOPNOTSUPP'))
    throw new UnsupportedError('landlock: not enabled: add it to lsm= of the kernel command line')
  if (abi < 0)
    throw new UnsupportedError(
      'landlock: this kernel, or a seccomp filter, does not have it (Linux 5.13)',
    )
  const check = (what: string, needed: number, release: string) => {
    if (abi >= needed) return
    const message = `landlock: ${what} takes ABI ${needed} (Linux ${release}); here it is ${abi}`
    throw new UnsupportedError(message)
  }
  if (restrictsFiles(rules)) check('to keep files from being truncated', ABI.truncate, '6.2')
  if (restrictsTcp(rules)) check('to restrict TCP ports', ABI.tcp, '6.7')
}

/** Adds the steps; returns the ABI that they are made for. */
export function addLandlock(plan: Plan, { landlock }: LandlockAttributes): number | undefined {
  if (landlock === undefined) return undefined
  const abi = attempt('landlock_create_ruleset', null, 0, LANDLOCK_CREATE_RULESET_VERSION)
  checkAbi(landlock, abi)
  const options = { operation: 'restrict by Landlock' } as const
  const handled = restrictsFiles(landlock) ? (abi < ABI.ioctl ? ALL & ~FS.IOCTL_DEV : ALL) : 0
  if (handled && abi < ABI.ioctl)
    plan.warnings.push('landlock: below ABI 5 (Linux 6.10) ioctls of devices are not restricted')
  const { bind, connect } = landlock
  const net = (bind ? NET.BIND_TCP : 0) | (connect ? NET.CONNECT_TCP : 0)
  const ruleset = plan.slot('ruleset')
  const attributes = plan.memory.words(net ? [handled, net] : [handled])
  plan.in('landlock').call('landlock_create_ruleset', [attributes, attributes.size, 0], {
    ...options,
    result: ruleset,
  })
  for (const path of landlock.readonly ?? []) addPath(plan, ruleset, path, READ & handled)
  for (const path of landlock.readwrite ?? []) addPath(plan, ruleset, path, handled)
  for (const [access, ports] of [
    [NET.BIND_TCP, bind],
    [NET.CONNECT_TCP, connect],
  ] as const)
    for (const port of ports ?? [])
      plan
        .in('landlock')
        .call(
          'landlock_add_rule',
          [ruleset, LANDLOCK_RULE.NET_PORT, plan.memory.words([access, port]), 0],
          options,
        )
  plan.in('landlock').call('landlock_restrict_self', [ruleset, 0], { ...options, expect: 0 })
  plan.in('landlock').call('close', [ruleset], options)
  return abi
}

/** The path is looked up by the command itself, in its root and with its rights. */
function addPath(plan: Plan, ruleset: Slot, path: string, access: number): void {
  const options = { operation: 'restrict by Landlock', path } as const
  const steps = plan.in('landlock')
  // struct landlock_path_beneath_attr, twice: what came back of openat is its parent_fd.
  const [whole, file] = [access, access & OF_FILES].map((allowed) =>
    plan.memory.words([allowed, 0]),
  )
  if (!whole || !file) return
  const fd = new Slot(whole.at(8, 8), 'fd')
  const open = [AT_FDCWD, path, O.PATH | O.CLOEXEC] as const
  const { PATH_BENEATH } = LANDLOCK_RULE
  steps.call('openat', open, { ...options, result: fd })
  steps.call('landlock_add_rule', [ruleset, PATH_BENEATH, whole, 0], {
    ...options,
    tolerate: ['EINVAL'],
  })
  // EINVAL: what is no directory takes no rights that only directories have.
  const again = new Slot(file.at(8, 8), 'fd')
  const ifFile = { ...options, onlyAfter: 'EINVAL' } as const
  steps.call('openat', open, { ...ifFile, result: again })
  steps.call('landlock_add_rule', [ruleset, PATH_BENEATH, file, 0], ifFile)
  steps.call('close', [again], ifFile)
  steps.call('close', [fd], options)
}
