import { invalidOption } from '../errors/namespace-error.ts'
import type { ParkedChild } from '../program/contribution.ts'
import type { StartState } from './start-state.ts'

/** What the contributions do from outside while the child waits, one after the other. */
export async function actAsParent(
  { contributions, built }: Pick<StartState, 'contributions' | 'built'>,
  child: ParkedChild,
): Promise<void> {
  for (const contribution of contributions) await contribution.parent?.(child, built.plan)
}

/** The same for a caller that blocks: no promise settles before it is done. */
export function actAsBlockedParent(
  { contributions, built }: Pick<StartState, 'contributions' | 'built'>,
  child: ParkedChild,
): void {
  for (const { type, parent } of contributions) {
    const promise = parent?.(child, built.plan)
    if (!promise) continue
    promise.catch(() => {}) // its child is gone: whatever it says is about that
    const message = `${type}: what its parent does for this takes the event loop, which a blocking start keeps from running; start it asynchronously`
    throw invalidOption(message, type)
  }
}
