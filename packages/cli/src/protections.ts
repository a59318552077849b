import { readFileSync } from 'node:fs'
import type { SpawnOptions } from '@ns/spawn'
import { limitsOf } from './limits.ts'
import type { Values } from './run/values.ts'
import { UsageError } from './usage-error.ts'

type Protections = Pick<
  SpawnOptions,
  | 'uid'
  | 'gid'
  | 'capabilities'
  | 'keyring'
  | 'seccomp'
  | 'limits'
  | 'cgroup'
  | 'parentDeathSignal'
  | 'detached'
  | 'argv0'
>

/** Who the process is, and what it may. @throws {UsageError} */
export function protectionsOf(values: Values): Protections {
  const signal = values['die-with-parent']
  if (signal !== undefined && values.outlive)
    throw new UsageError('--die-with-parent and --outlive contradict each other')
  return {
    uid: numberOf('uid', values.uid),
    gid: numberOf('gid', values.gid),
    capabilities: capabilitiesOf(values),
    keyring: keyringOf(values.keyring),
    seccomp: values.seccomp?.map(readFilter),
    limits: limitsOf(values.limit),
    cgroup: values.placement,
    parentDeathSignal: signal as NodeJS.Signals | undefined,
    detached: values.outlive,
    argv0: values.argv0,
  }
}

/** An id in decimal, and nothing behind it (CVE-2026-30892). @throws {UsageError} */
export function numberOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^\d{1,10}$/.test(text)) throw new UsageError(`--${name} ${text}: a number is wanted`)
  return Number(text)
}

/** @throws {UsageError} */
export function keyringOf(word: string | undefined): SpawnOptions['keyring'] {
  if (word === undefined || word === 'new' || word === 'keep') return word
  throw new UsageError(`--keyring ${word}: new or keep is wanted`)
}

function capabilitiesOf(values: Values): SpawnOptions['capabilities'] {
  const { 'cap-drop': drop, 'cap-add': add, 'keep-capabilities': keep } = values
  if (!drop && !add) return keep ? 'keep' : undefined
  if (keep) throw new UsageError('--keep-capabilities: what for, beside --cap-drop and --cap-add?')
  const isAll = drop?.some((name) => name.toLowerCase() === 'all')
  const change = { drop: isAll ? 'all' : drop?.map(nameOf), add: add?.map(nameOf) }
  return change as SpawnOptions['capabilities']
}

/** `net_admin` and `CAP_NET_ADMIN` are the same. */
const nameOf = (name: string) => name.toUpperCase().replace(/^(?!CAP_)/, 'CAP_')

function readFilter(fd: string): Uint8Array {
  try {
    return readFileSync(numberOf('seccomp', fd) as number)
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(`--seccomp ${fd}: ${(error as Error).message}`)
  }
}
