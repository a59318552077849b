import { invalidOption } from '../errors/namespace-error.ts'
import { undoAll } from '../errors/undo-all.ts'
import type { ParkedChild } from '../program/contribution.ts'
import type { StartState } from './start-state.ts'

// What the contributions do from outside: their part while the child waits, and what undoes it.

type Parties = Pick<StartState, 'contributions' | 'built'>

/** Asks them for their part, one after the other, and says when all are done, or that one has failed. */
export function actAsParent(
  state: Parties & Pick<StartState, 'loop'>,
  { pid, pidfd }: { readonly pid: number; readonly pidfd: number },
  done: (failure?: { reason: unknown }) => void,
): void {
  const { isBlocking } = state.loop
  const child = { pid, pidfd, isBlocking }
  if (!isBlocking) {
    actInTurn(state, child).then(
      () => done(),
      (reason) => done({ reason }),
    )
    return
  }
  let failure: { reason: unknown } | undefined
  try {
    actAtOnce(state, child)
  } catch (reason) {
    failure = { reason }
  }
  done(failure)
}

async function actInTurn({ contributions, built }: Parties, child: ParkedChild): Promise<void> {
  for (const contribution of contributions) await contribution.parent?.(child, built.plan)
}

/** For a caller that blocks: no promise settles before it is done. */
function actAtOnce({ contributions, built }: Parties, child: ParkedChild): void {
  for (const { type, parent } of contributions) {
    const promise = parent?.(child, built.plan)
    if (!promise) continue
    promise.catch(() => {}) // its child is gone: whatever it says is about that
    const message = `${type}: what its parent does for this takes the event loop, which a blocking start keeps from running; start it asynchronously`
    throw invalidOption(message, type)
  }
}

/** Each is asked to undo its part, whatever the others do; the first that throws. */
export function releaseAll(
  { contributions, built }: Parties,
  hasStarted: boolean,
): { reason: unknown } | undefined {
  try {
    undoAll(contributions.map((one) => () => one.release?.(built.plan, hasStarted)))
    return
  } catch (reason) {
    return { reason }
  }
}
