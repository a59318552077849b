import { type BigIntStats, realpathSync, statSync } from 'node:fs'
import { MOUNT_ATTR, MOVE_MOUNT, O, type Slot } from '@ns/syscalls'
import { type Scope, setAttributes } from './attributes.ts'
import { requireSame } from './identity.ts'
import { remountAll } from './remounts.ts'
import { addStaging } from './staging.ts'
import { cloneTree, type Naming } from './steps.ts'
import { mountsBelow } from './submounts.ts'
import type { Tree } from './tree.ts'

/** A tree of the caller's, and what it gets beside the flags that it has. */
export interface Wanted {
  readonly source: string
  /** Whether the mounts below it come with it. */
  readonly scope: Scope
  /** `MOUNT_ATTR_*` */
  readonly set: number
  /** Whether those below get the flags too. */
  readonly flags: Scope
}

/**
 * Adds the steps that pick up a tree and set flags of it.
 *
 * @param naming with `tolerate` where the source may be missing: what was not picked up has no fd, and nothing happens to it
 * @returns the fd of a detached copy
 */
export function pickUp(tree: Tree, wanted: Wanted, naming: Naming): Slot {
  const { source, scope, set, flags } = wanted
  const operation = set & MOUNT_ATTR.RDONLY ? 'make read-only' : naming.operation
  if (set !== 0 && !tree.has.mount_setattr) return pickUpStaged(tree, wanted, naming, operation)
  const clone = cloneTree(tree.plan, source, scope, naming)
  if (set === 0) return clone
  const tolerate = naming.tolerate ? (['EBADF'] as const) : undefined
  const place = { directory: clone, path: '', scope: flags } as const
  setAttributes(tree, 'sources', place, { set }, { ...naming, operation, tolerate })
  return clone
}

/** mount(2) changes only what is mounted in this namespace: it is, for a moment, where nobody finds it. */
function pickUpStaged(
  tree: Tree,
  { source, scope, set, flags }: Wanted,
  naming: Naming,
  operation: string | undefined,
): Slot {
  const { plan } = tree
  const found = look(source)
  // What is missing for the caller has to be so for the child: flags of what comes in between would be unknown.
  if (!found) return cloneTree(plan, source, scope, { ...naming, expect: NEVER })
  const strict = { ...naming, operation, tolerate: undefined }
  const clone = cloneTree(plan, source, scope, { ...naming, tolerate: undefined })
  requireSame(plan, clone, found.stat, strict)
  const isWhole = scope === 'recursive' && flags === 'recursive'
  const below = isWhole ? mountsBelow(tree, 'sources', found.path, strict) : []
  return addStaging(tree, {}, strict, (staging) => {
    const steps = plan.in('sources')
    const create = O.CREAT | O.EXCL | O.CLOEXEC
    if (found.stat.isDirectory()) steps.call('mkdirat', [staging, NAME, 0o755], strict)
    else steps.call('openat', [staging, NAME, create, 0o444], strict)
    steps.call('move_mount', [clone, '', staging, NAME, MOVE_MOUNT.F_EMPTY_PATH], strict)
    steps.call('fchdir', [staging], strict)
    remountAll(tree, 'sources', { fd: clone, name: NAME, below }, { set }, strict)
    return cloneTree(plan, NAME, scope, strict, staging)
  })
}

const NAME = 'tree'
const NEVER = -1

/** What a path leads to. What the caller may not reach is missing here, and the kernel says why. */
function look(source: string): { path: string; stat: BigIntStats } | undefined {
  try {
    return { path: realpathSync(source), stat: statSync(source, { bigint: true }) }
  } catch {
    return undefined
  }
}
