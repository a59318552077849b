import { Namespace } from '../namespaces/namespace.ts'
import { whilePinned } from '../namespaces/pinned.ts'
import type { Contribution } from '../program/contribution.ts'
import type { Join } from '../program/joins.ts'
import type { OwnedFds } from './owned-fds.ts'

/** What a start has to do with: contributions without those that lead where we are, and the joins of the others. */
export interface Entered {
  readonly contributions: readonly Contribution[]
  readonly joins: readonly Join[]
}

/**
 * Opens what is to be joined. Those named by one pid are of one process: it is pinned until all are open.
 *
 * @throws {NamespaceError} as `Namespace.open`
 */
export function openJoins(contributions: readonly Contribution[], fds: OwnedFds): Entered {
  let open = () => openEach(contributions, fds)
  for (const [pid, type] of pidsOf(contributions)) {
    const next = open
    open = () => whilePinned(pid, next, type)
  }
  return open()
}

function openEach(all: readonly Contribution[], fds: OwnedFds): Entered {
  const joins: Join[] = []
  const contributions = all.filter(({ type, join, keepsIds, unlessOwn }) => {
    if (join === undefined) return true
    const handle = Namespace.open(type, join)
    fds.add(handle.fd)
    if (unlessOwn && handle.isOwn()) return false // to join one's own user namespace is EINVAL (setns(2))
    joins.push({ type, fd: handle.fd, name: nameOf(handle), keepsIds })
    return true
  })
  return { contributions, joins }
}

/** Each pid once, with the first type that it is wanted for. */
function pidsOf(contributions: readonly Contribution[]): Map<number, Contribution['type']> {
  const pids = new Map<number, Contribution['type']>()
  for (const { type, join } of contributions)
    if (typeof join === 'number' && Number.isInteger(join) && join > 0 && !pids.has(join))
      pids.set(join, type)
  return pids
}

/** With its owner, as that is where a join needs a capability. */
function nameOf(handle: Namespace): string {
  if (handle.type === 'user') return `${handle}`
  try {
    using owner = handle.owner()
    return `${handle} of ${owner}`
  } catch {
    return `${handle} of a user namespace outside of ours` // EPERM: ioctl_ns(2)
  }
}
