import type { NamespaceType } from '../namespaces/types.ts'
import type { Machine } from './machine.ts'

/** What failed: the causes look at the machine for why. */
export interface Failure {
  readonly call: string
  readonly errno: string
  readonly namespace?: NamespaceType | undefined
  readonly operation?: string | undefined
  readonly path?: string | undefined
  readonly dest?: string | undefined
  /** What was there instead. */
  readonly found?: string | undefined
}

/** One thing to change, and what that costs. */
export interface Remedy {
  readonly change: string
  readonly price: string
}

/** Why it failed, and what to change. */
export interface Diagnosis {
  readonly cause: string
  /** One of these is enough. */
  readonly remedies: readonly Remedy[]
}

/** A line of the table: a failure, and what on the machine may be behind it. */
export interface Cause {
  readonly when: (failure: Failure) => boolean
  /** `undefined`: it isn't so here. A text alone has nothing to change on the machine. */
  readonly find: (failure: Failure, machine: Machine) => Diagnosis | string | undefined
}

/** A new namespace was refused. */
export const isCreation = ({ call, operation }: Failure): boolean =>
  operation === 'create' || call === 'clone' || call === 'clone3' || call === 'unshare'

export const isRefused = ({ errno }: Failure): boolean => errno === 'EPERM' || errno === 'EACCES'
