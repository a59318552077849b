import type { Cause, Diagnosis, Failure } from './cause.ts'
import { attributes } from './causes/attributes.ts'
import { calls } from './causes/calls.ts'
import { joining } from './causes/joining.ts'
import { mounting } from './causes/mounting.ts'
import { persisting } from './causes/persisting.ts'
import { placements } from './causes/placement.ts'
import { restrictions } from './causes/restrictions.ts'
import { type Machine, thisMachine } from './machine.ts'

/** Tried in order; the first that knows something answers. */
const causes: readonly Cause[] = [
  ...placements,
  ...persisting,
  ...attributes,
  ...calls,
  ...restrictions,
  ...mounting,
  ...joining,
]

/**
 * Why something failed and what to change, found by looking at the machine afterwards: what the `hint` of an error
 * says, and with prices. Changes nothing.
 */
export function diagnose(failure: Failure, machine: Machine = thisMachine): Diagnosis | undefined {
  for (const cause of causes) {
    const found = cause.when(failure) ? cause.find(failure, machine) : undefined
    if (found !== undefined)
      return typeof found === 'string' ? { cause: found, remedies: [] } : found
  }
  return undefined
}

/** The diagnosis as one sentence. */
export function hintFor(failure: Failure, machine: Machine = thisMachine): string | undefined {
  const found = diagnose(failure, machine)
  if (!found) return undefined
  const changes = found.remedies.map(({ change }) => change)
  return changes.length > 0 ? `${found.cause}: ${changes.join(', or ')}` : found.cause
}
