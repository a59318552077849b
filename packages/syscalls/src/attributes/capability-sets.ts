import { readFileSync } from 'node:fs'
import { invalidOption } from '../errors/namespace-error.ts'
import { CAP, SECBIT } from '../kernel/constants.ts'
import { checkNames } from './check.ts'

/** A name of capabilities(7). */
export type Capability = `CAP_${keyof typeof CAP}`

/** A flag of capabilities(7): `'NOROOT'` is SECBIT_NOROOT. */
export type Securebit = keyof typeof SECBIT

/** What is taken from the capabilities that the process has, and then added: what the command has in the end. */
export interface CapabilityChange {
  readonly drop?: 'all' | readonly Capability[] | undefined
  readonly add?: readonly Capability[] | undefined
}

const setNames = ['bounding', 'permitted', 'inheritable', 'effective', 'ambient'] as const
/** One of a thread's five sets (capabilities(7)). */
export type CapabilitySetName = (typeof setNames)[number]
/** All five; what is absent is empty. They are those before the exec, which derives the command's from them. */
export type CapabilityLists = Readonly<
  Partial<Record<CapabilitySetName, readonly Capability[] | undefined>>
>

/** What a process may do of what only root may. */
export interface CapabilityAttributes {
  /**
   * `'drop'`: none, but root of a user namespace keeps those that count inside; `'keep'`: nothing is changed; or what to
   * drop and add; or each set by name.
   * @default 'drop' with any namespace, else 'keep'
   */
  readonly capabilities?: 'drop' | 'keep' | CapabilityChange | CapabilityLists | undefined
  /** The flags that are set; all others are cleared. @default the caller's; none in a new user namespace */
  readonly securebits?: readonly Securebit[] | undefined
}

/** A thread's five sets, a bit for each capability. */
export type Sets = Readonly<Record<CapabilitySetName, bigint>>

export const NONE: Sets = {
  bounding: 0n,
  permitted: 0n,
  inheritable: 0n,
  effective: 0n,
  ambient: 0n,
}
/** The kernel takes what it knows of it. */
export const ALL: bigint = 2n ** 64n - 1n

const bits = new Map(
  Object.keys(CAP).map((name, i) => [`CAP_${name}` as Capability, 1n << BigInt(i)]),
)

/** The set of these names. */
export function setOf(capabilities: readonly Capability[] = []): bigint {
  return capabilities.reduce((set, name) => set | (bits.get(name) ?? 0n), 0n)
}

/** The names of a set. */
export function namesOf(set: bigint): Capability[] {
  return [...bits].flatMap(([name, bit]) => (set & bit ? name : []))
}

/** The numbers of a set. */
export function numbersOf(set: bigint): number[] {
  return Array.from({ length: capabilityCount() }, (_, i) => i).filter(
    (i) => set & (1n << BigInt(i)),
  )
}

let lastCapability: number | undefined

/** How many capabilities this kernel has. */
function capabilityCount(): number {
  lastCapability ??= Number(readFileSync('/proc/sys/kernel/cap_last_cap', 'utf8'))
  return lastCapability + 1
}

/** @throws {NamespaceError} `ERR_NS_INVALID_OPTION` */
export function checkCapabilities({ capabilities, securebits }: CapabilityAttributes): void {
  checkNames('securebits', securebits, Object.keys(SECBIT))
  if (capabilities === undefined || capabilities === 'drop' || capabilities === 'keep') return
  if (typeof capabilities !== 'object' || capabilities === null)
    throw invalidOption(`capabilities: 'drop', 'keep', what to drop and add, or sets are wanted`)
  const keys = Object.keys(capabilities)
  const isChange = keys.every((key) => key === 'drop' || key === 'add')
  const areSets = keys.every((key) => setNames.includes(key as CapabilitySetName))
  if (keys.length === 0 || (!isChange && !areSets))
    throw invalidOption(
      `capabilities: drop and add, or ${setNames.join(', ')}, are wanted, not {${keys.join(', ')}}`,
    )
  for (const [key, list] of Object.entries(capabilities))
    if (!(key === 'drop' && list === 'all')) checkKnown(`capabilities.${key}`, list)
}

function checkKnown(name: string, list: unknown): void {
  checkNames(name, list, [...bits.keys()])
  const known = namesOf((1n << BigInt(capabilityCount())) - 1n)
  const young = ((list ?? []) as Capability[]).filter((capability) => !known.includes(capability))
  if (young.length > 0)
    throw invalidOption(`${name}: this kernel does not have ${young.join(', ')}`)
}
