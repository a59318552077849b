import { existsSync } from 'node:fs'
import { invalidOption } from '../errors/namespace-error.ts'
import { KEYCTL_JOIN_SESSION_KEYRING } from '../kernel/constants.ts'
import type { Slot } from '../program/memory.ts'
import type { Plan } from '../program/plan.ts'

/** Which keys of the caller's the process has. */
export interface KeyringAttributes {
  /**
   * `'new'`: an empty session keyring of its own; in the caller's are tickets and secrets, which no namespace hides.
   * - No default: it is one of the 200 keys (kernel.keys.maxkeys) of the user that the command is outside, given back a
   *   moment after its end. Of an ordinary user's 250 commands at once 50 would fail.
   * - It takes no privilege, and 3 µs of a start.
   * - The user keyring stays in reach of all that have its uid outside, in a user namespace too. Against that: another
   *   user, or a filter that refuses keyctl, add_key and request_key.
   * @default 'keep'
   * @see session-keyring(7)
   */
  readonly keyring?: 'new' | 'keep' | undefined
}

/** @throws {NamespaceError} `ERR_NS_INVALID_OPTION` */
export function checkKeyring({ keyring }: KeyringAttributes): void {
  if (keyring !== undefined && keyring !== 'new' && keyring !== 'keep')
    throw invalidOption(`keyring: 'new' or 'keep' is wanted`)
}

/** Adds the step; returns where the serial number is. */
export function addKeyring(plan: Plan, { keyring }: KeyringAttributes): Slot | undefined {
  if (keyring !== 'new') return undefined
  const result = plan.slot('keyring')
  // A kernel without keys has none to inherit; where it has them, ENOSYS is the word of a filter.
  const tolerate = existsSync('/proc/keys') ? undefined : (['ENOSYS'] as const)
  const options = { operation: 'make a session keyring', tolerate, result }
  plan.in('keyring').call('keyctl', [KEYCTL_JOIN_SESSION_KEYRING, 0], options)
  return result
}
