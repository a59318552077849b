import { type Capability, type CapabilitySetName, namesOf } from '../attributes/capability-sets.ts'
import type { Limit, LimitName } from '../attributes/limits.ts'
import { readLimit } from '../attributes/limits.ts'
import { getWord, type Region, type Slot } from './memory.ts'
import { type Plan, textOf } from './plan.ts'

/** What restricts the process, as it read it itself before its exec. */
export interface Protections {
  readonly noNewPrivileges: boolean
  readonly capabilities: Readonly<Record<CapabilitySetName, readonly Capability[]>>
  /** Supplementary groups, as ids inside; 65534 has no id there (user_namespaces(7)). */
  readonly groups: readonly number[]
  /** Serial number of a session keyring of its own; absent: the caller's. */
  readonly keyring?: number
  /** How many are stacked, with those that the caller has. */
  readonly seccompFilters: number
  /** The ABI of the rules; absent without. */
  readonly landlock?: number
  /** Those that were asked for. */
  readonly limits: Readonly<Partial<Record<LimitName, Limit>>>
}

/** Where the protections are read back to. */
export interface ProtectionRegions {
  /** `/proc/self/status` */
  readonly status: Region
  /** Whether exec gives it what is in its bounding set. */
  readonly isRoot: boolean
  readonly keyring: Slot | undefined
  /** Filters that were loaded since. */
  readonly filters: number
  readonly landlock: number | undefined
  readonly limits: ReadonlyMap<LimitName, Region>
}

const PAGE = 4096
/** Of a group in `/proc/self/status`: ten digits and a space. */
const GROUP = 11

/** More than all other lines up to the last that is looked at. */
const WITHOUT_GROUPS = 2048

/** Adds the read of `/proc/self/status`. */
export function addStatus(plan: Plan, groups: number): Region {
  const pages = Math.ceil((WITHOUT_GROUPS + groups * GROUP) / PAGE)
  const region = plan.memory.allocate(pages * PAGE)
  plan.in('identity').readFile(plan.proc, 'self/status', region, { operation: 'read back' })
  return region
}

/** What was read. */
export function readProtections(memory: Buffer, regions: ProtectionRegions): Protections {
  const { offset, size } = regions.status
  const text = textOf(memory.subarray(offset, offset + size))
  const field = (name: string) => text.match(new RegExp(`^${name}:[ \\t]*(.*)$`, 'm'))?.[1] ?? ''
  const keyring = regions.keyring && getWord(memory, regions.keyring.region.offset)
  const capabilities = (name: string) => namesOf(BigInt(`0x${field(name) || '0'}`))
  return {
    noNewPrivileges: field('NoNewPrivs') === '1',
    capabilities: {
      bounding: capabilities('CapBnd'),
      permitted: capabilities('CapPrm'),
      inheritable: capabilities('CapInh'),
      effective: capabilities('CapEff'),
      ambient: capabilities('CapAmb'),
    },
    groups: field('Groups').split(' ').filter(Boolean).map(Number),
    ...(keyring !== undefined && keyring > 0 && { keyring }),
    seccompFilters: Number(field('Seccomp_filters')) + regions.filters,
    ...(regions.landlock === undefined ? {} : { landlock: regions.landlock }),
    limits: Object.fromEntries(
      [...regions.limits].map(([name, region]) => [name, readLimit(memory, region)]),
    ),
  }
}

/** Whether the command has a capability after its exec: root what is bounding, all others what is ambient (capabilities(7)). */
export function keepsCapability(
  { capabilities, noNewPrivileges }: Protections,
  { isRoot }: Pick<ProtectionRegions, 'isRoot'>,
  name: Capability,
): boolean {
  const { bounding, inheritable, permitted, ambient } = capabilities
  if (!isRoot) return ambient.includes(name)
  const isGiven = bounding.includes(name) || inheritable.includes(name)
  return isGiven && (permitted.includes(name) || !noNewPrivileges)
}
