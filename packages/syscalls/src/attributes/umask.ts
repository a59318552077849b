import type { Plan } from '../program/plan.ts'
import { checkInteger } from './check.ts'

/** What new files are like. */
export interface UmaskAttributes {
  /** The permissions that new files don't get: `0o077` (umask(2)). @default the caller's */
  readonly umask?: number | undefined
}

/** @throws {NamespaceError} `ERR_NS_INVALID_OPTION` */
export function checkUmask({ umask }: UmaskAttributes): void {
  checkInteger('umask', umask, 0, 0o777)
}

/** Adds the step. */
export function addUmask(plan: Plan, { umask }: UmaskAttributes): void {
  if (umask !== undefined) plan.in('umask').call('umask', [umask], { operation: 'set the umask' })
}
