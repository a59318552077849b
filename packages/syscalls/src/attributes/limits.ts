import { attempt } from '../calls/result.ts'
import { invalidOption, NamespaceError } from '../errors/namespace-error.ts'
import { SyscallError } from '../errors/syscall-error.ts'
import { RLIMIT } from '../kernel/constants.ts'
import type { Region } from '../program/memory.ts'
import type { Plan } from '../program/plan.ts'

/** A resource of getrlimit(2): `'nofile'` is RLIMIT_NOFILE. */
export type LimitName = Lowercase<keyof typeof RLIMIT>

/** In the resource's unit (getrlimit(2)), up to 2^53. */
export type LimitValue = number | 'unlimited'

/** What counts, and how far the process itself may raise it. */
export interface Limit {
  readonly soft: LimitValue
  readonly hard: LimitValue
}

/** Limits by resource. */
export interface LimitAttributes {
  /** A value for both, or one of the two: the other stays the caller's. */
  readonly limits?:
    | Readonly<Partial<Record<LimitName, LimitValue | Partial<Limit> | undefined>>>
    | undefined
}

const names = Object.keys(RLIMIT).map((name) => name.toLowerCase()) as LimitName[]
const RLIM_INFINITY = 2n ** 64n - 1n
const RLIMIT_SIZE = 16

/** A limit to be set, in the kernel's numbers. */
export interface WantedLimit {
  readonly name: LimitName
  readonly soft: bigint
  readonly hard: bigint
  readonly own: { readonly soft: bigint; readonly hard: bigint }
}

const resourceOf = (name: LimitName): number => RLIMIT[name.toUpperCase() as keyof typeof RLIMIT]

/**
 * The limits that are asked for, completed with the caller's own.
 *
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION`
 */
export function wantedLimits({ limits }: LimitAttributes): readonly WantedLimit[] {
  if (limits === undefined) return []
  if (typeof limits !== 'object' || limits === null)
    throw invalidOption('limits: an object such as { nofile: 1024 } is wanted')
  return Object.entries(limits).flatMap(([name, limit]) => {
    if (!names.includes(name as LimitName))
      throw invalidOption(`limits: unknown limit ${name}; known: ${names.join(', ')}`)
    return limit === undefined ? [] : complete(name as LimitName, limit)
  })
}

function complete(name: LimitName, limit: LimitValue | Partial<Limit>): WantedLimit {
  const parts = typeof limit === 'object' ? limit : { soft: limit, hard: limit }
  const unknown = Object.keys(parts ?? { null: 0 }).filter((key) => !/^(soft|hard)$/.test(key))
  if (unknown.length > 0)
    throw invalidOption(`limits.${name}: a number, or soft and hard, is wanted`)
  const own = ownLimit(name)
  const hard = parts.hard === undefined ? own.hard : toKernel(name, parts.hard)
  const isBeyond = own.soft > hard // a soft limit that nobody named follows the hard one down
  const kept = isBeyond ? hard : own.soft
  const soft = parts.soft === undefined ? kept : toKernel(name, parts.soft)
  if (soft > hard)
    throw invalidOption(
      `limits.${name}: the soft limit ${fromKernel(soft)} is above the hard limit ${fromKernel(hard)}`,
    )
  return { name, soft, hard, own }
}

function toKernel(name: LimitName, value: unknown): bigint {
  if (value === 'unlimited') return RLIM_INFINITY
  if (Number.isSafeInteger(value) && (value as number) >= 0) return BigInt(value as number)
  throw invalidOption(`limits.${name}: an integer of 0 or more, or 'unlimited', is wanted`)
}

const fromKernel = (value: bigint): LimitValue =>
  value === RLIM_INFINITY ? 'unlimited' : Number(value)

function encode(soft: bigint, hard: bigint): Buffer {
  const bytes = Buffer.alloc(RLIMIT_SIZE)
  bytes.writeBigUInt64LE(soft, 0)
  bytes.writeBigUInt64LE(hard, 8)
  return bytes
}

function ownLimit(name: LimitName): { soft: bigint; hard: bigint } {
  const bytes = Buffer.alloc(RLIMIT_SIZE)
  attempt('prlimit64', 0, resourceOf(name), null, bytes)
  return { soft: bytes.readBigUInt64LE(0), hard: bytes.readBigUInt64LE(8) }
}

/** Adds the steps, and the read-back; returns where that is. */
export function addLimits(
  plan: Plan,
  wanted: readonly WantedLimit[],
): ReadonlyMap<LimitName, Region> {
  const options = (name: LimitName) => ({ operation: `limit ${name}` })
  return new Map(
    wanted.map(({ name, soft, hard }) => {
      const region = plan.memory.allocate(RLIMIT_SIZE)
      const steps = plan.in('limits')
      steps.call('prlimit64', [0, resourceOf(name), encode(soft, hard), 0], options(name))
      steps.call('prlimit64', [0, resourceOf(name), 0, region], options(name))
      return [name, region]
    }),
  )
}

/** A limit as the process read it. */
export function readLimit(memory: Buffer, { offset }: Region): Limit {
  const [soft, hard] = [memory.readBigUInt64LE(offset), memory.readBigUInt64LE(offset + 8)]
  return { soft: fromKernel(soft), hard: fromKernel(hard) }
}

/** Those whose hard limit is above the caller's: only the parent, outside of any user namespace, may have the right. */
export function raisedLimits(wanted: readonly WantedLimit[]): readonly WantedLimit[] {
  return wanted.filter(({ hard, own }) => hard > own.hard)
}

/**
 * Raises the hard limits of a process that waits.
 *
 * @throws {NamespaceError} `ERR_NS_PERMISSION`, naming the limit and both values
 */
export function raiseLimits(pid: number, raised: readonly WantedLimit[]): void {
  for (const { name, hard, own } of raised) {
    const result = attempt('prlimit64', pid, resourceOf(name), encode(own.soft, hard), null)
    if (result === 0) continue
    const cause = new SyscallError(-result, 'prlimit64')
    const values = `the hard limit is ${fromKernel(own.hard)} and cannot be raised to ${fromKernel(hard)}`
    throw new NamespaceError(`limits.${name}: ${values}: ${cause.code}`, {
      code: cause.code === 'EPERM' ? 'ERR_NS_PERMISSION' : 'ERR_NS_SETUP',
      operation: `limit ${name}`,
      hint: 'raising a hard limit takes CAP_SYS_RESOURCE in the initial user namespace',
      cause,
    })
  }
}
