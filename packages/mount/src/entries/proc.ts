import { checkKeys, invalidOption, MOUNT_ATTR } from '@ns/syscalls'
import { absolute } from '../paths.ts'
import { cloneTree, newFileSystem, putOn, type Setting } from '../steps.ts'
import { find } from '../targets.ts'
import type { Tree } from '../tree.ts'

/** Where a `/proc` comes from. */
export type ProcSource = 'fresh' | 'bind-if-refused' | 'bind' | 'none'

/** What a `/proc` shows of the processes of others (proc(5)). */
export type Hidepid = 'off' | 'noaccess' | 'invisible' | 'ptraceable'

/** `/proc` of the pid namespace that the process is in. */
export interface Proc {
  readonly kind: 'proc'
  readonly target: string
  readonly source: ProcSource
  readonly hidepid: Hidepid | undefined
  readonly subset: 'pid' | undefined
}

/** Options of `proc`. */
export interface ProcOptions {
  /**
   * `'fresh'`: mounted anew. The kernel refuses that (EPERM) to who does not own the pid namespace, and in a user
   * namespace where parts of the caller's `/proc` are covered, as in most containers. `'bind'`: the caller's, which shows
   * the caller's processes; `'bind-if-refused'`: then that, and `ready.warnings` says so; `'none'`: none, not even the
   * one that `pid()` would mount.
   * @default 'fresh'
   */
  readonly source?: ProcSource | undefined
  /** @default 'off' */
  readonly hidepid?: Hidepid | undefined
  /** `'pid'`: the processes alone, without what the kernel tells of itself. */
  readonly subset?: 'pid' | undefined
}

const SOURCES: readonly ProcSource[] = ['fresh', 'bind-if-refused', 'bind', 'none']
const HIDEPIDS: readonly Hidepid[] = ['off', 'noaccess', 'invisible', 'ptraceable']

/**
 * Mounts `/proc`: nosuid, nodev, noexec.
 *
 * @see proc(5)
 */
export function proc(target: string = '/proc', options: ProcOptions = {}): Proc {
  checkKeys('proc', options, ['source', 'hidepid', 'subset'], 'mount')
  const { source = 'fresh', hidepid, subset } = options
  if (!SOURCES.includes(source))
    throw invalidOption(`proc: source '${source}' is none of ${SOURCES.join(', ')}`, 'mount')
  if (hidepid !== undefined && !HIDEPIDS.includes(hidepid))
    throw invalidOption(`proc: hidepid '${hidepid}' is none of ${HIDEPIDS.join(', ')}`, 'mount')
  if (subset !== undefined && subset !== 'pid')
    throw invalidOption(`proc: subset '${subset}' is none: 'pid' is wanted`, 'mount')
  if (source !== 'fresh' && (hidepid ?? subset) !== undefined)
    throw invalidOption(
      `proc: hidepid and subset are of a fresh /proc and contradict source '${source}'`,
      'mount',
    )
  return { kind: 'proc', target: absolute(target, 'proc: target'), source, hidepid, subset }
}

const ATTRIBUTES = MOUNT_ATTR.NOSUID | MOUNT_ATTR.NODEV | MOUNT_ATTR.NOEXEC

/** Adds the steps of a `/proc`. No component of its target may be a link, as what it shows is believed. */
export function addProc(tree: Tree, { target, source, hidepid, subset }: Proc): void {
  const { plan } = tree
  plan.mountPoints.add(target)
  if (source === 'none') return
  const naming = { namespace: 'mount', operation: 'mount', path: 'proc', dest: target } as const
  const finding = { create: 'directory', links: 'refused', proc: 'allowed' } as const
  const place = find(tree, target, finding, naming)
  const settings: Setting[] = [
    ...(hidepid === undefined ? [] : [['hidepid', hidepid] as const]),
    ...(subset === undefined ? [] : [['subset', subset] as const]),
  ]
  if (source === 'bind') putOn(plan, cloneTree(plan, '/proc', 'recursive', naming), place, naming)
  else if (source === 'fresh') {
    const fresh = newFileSystem(plan, 'proc', { settings, attributes: ATTRIBUTES }, naming)
    putOn(plan, fresh, place, naming)
  } else {
    // Refused at fsconfig where the pid namespace is not ours, at fsmount where the caller's is covered; after the first
    // the second is EINVAL. What was not made has no fd.
    const mayFail = { ...naming, tolerate: ['EPERM', 'EINVAL'] } as const
    const fresh = newFileSystem(plan, 'proc', { attributes: ATTRIBUTES }, mayFail)
    const bound = cloneTree(plan, '/proc', 'recursive', naming)
    putOn(plan, fresh, place, { ...naming, tolerate: ['EBADF'] })
    putOn(plan, bound, place, { ...naming, onlyAfter: 'EBADF' })
    plan.warningsIfFailed.push({
      result: fresh,
      text: `proc: a fresh /proc was refused; the caller's, with the caller's processes, is at '${target}'`,
    })
  }
  tree.add(target, undefined)
}
