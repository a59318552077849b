import { type BigIntStats, fstatSync, readlinkSync, statSync } from 'node:fs'
import { checkKeys, invalidOption, type NamespaceRef } from '@ns/syscalls'
import { attributesOf, checkFlags, FLAGS, flagsOf, type MountFlags } from '../flags.ts'
import { requireSame } from '../identity.ts'
import { addIdMap } from '../idmap.ts'
import { mountPoint, path } from '../paths.ts'
import { pickUp } from '../pick-up.ts'
import { putOn } from '../steps.ts'
import { find } from '../targets.ts'
import type { Tree } from '../tree.ts'

/** A tree of files that exists, visible at another place too. */
export interface Bind extends MountFlags {
  readonly kind: 'bind'
  /** In the caller's root. */
  readonly source: string | { readonly fd: number }
  /** In the new root. */
  readonly target: string
  /** With the mounts below the source. */
  readonly recursive: boolean
  /** Left out where the source is missing. */
  readonly optional: boolean
  /** The user namespace whose map its ids go through. */
  readonly idmap: NamespaceRef | undefined
}

/** Options of `bind`. */
export interface BindOptions extends MountFlags {
  /** With the mounts below the source; needed in a user namespace, where those below cannot be taken off. @default true */
  readonly recursive?: boolean | undefined
  /** A source that does not exist is left out, and `ready.warnings` says so; one that may not be reached is an error. @default false */
  readonly optional?: boolean | undefined
  /**
   * Ids are shown as this user namespace maps them: one that runs, or the result of `openIdMap`. Of this mount alone; as
   * root, without a user namespace of the command's, on a file system that knows how.
   */
  readonly idmap?: NamespaceRef | undefined
}

/**
 * Shows `source`, a path of the caller's root or an open fd, at `target`. Flags that the source's mount has (nosuid,
 * nodev, noexec, read-only) stay.
 *
 * @see mount(2), open_tree(2)
 */
export function bind(
  source: string | { readonly fd: number },
  target: string,
  options: BindOptions = {},
): Bind {
  checkKeys('bind', options, [...FLAGS, 'recursive', 'optional', 'idmap'], 'mount')
  checkFlags(options, 'bind')
  const { recursive = true, optional = false, idmap } = options
  if (typeof recursive !== 'boolean')
    throw invalidOption('bind: recursive is true or false', 'mount')
  if (typeof optional !== 'boolean') throw invalidOption('bind: optional is true or false', 'mount')
  return {
    kind: 'bind',
    source: typeof source === 'object' ? checkFd(source) : path(source, 'bind: source'),
    target: mountPoint(target, 'bind: target'),
    ...flagsOf(options),
    recursive,
    optional,
    idmap: idmap === undefined ? undefined : checkRef(idmap),
  }
}

function checkFd(source: { readonly fd: number }): { readonly fd: number } {
  if (!Number.isInteger(source?.fd) || source.fd < 0)
    throw invalidOption('bind: source: a path, or { fd } of an open one, is wanted', 'mount')
  return source
}

function checkRef(ref: NamespaceRef): NamespaceRef {
  const isRef = typeof ref === 'string' ? ref !== '' : checkNumber(ref)
  if (!isRef)
    throw invalidOption(
      'bind: idmap is a user namespace: a pid, a path, { fd } or a handle',
      'mount',
    )
  return ref
}

function checkNumber(ref: number | { readonly fd: number }): boolean {
  const value = typeof ref === 'number' ? ref : ref?.fd
  return Number.isInteger(value) && value >= 0
}

/** Adds the steps of a bind. */
export function addBind(tree: Tree, entry: Bind): void {
  const { source, target, recursive, optional } = entry
  const { plan } = tree
  const opened = typeof source === 'string' ? undefined : openedAt(source.fd)
  const path = opened?.path ?? (source as string)
  const naming = { namespace: 'mount', operation: 'bind', path, dest: target } as const
  const tolerate = optional ? (['ENOENT'] as const) : undefined
  const wanted = {
    source: path,
    scope: recursive ? 'recursive' : 'one',
    set: attributesOf(entry),
    flags: entry.readonly === 'recursive' ? 'recursive' : 'one',
  } as const
  const clone = pickUp(tree, wanted, { ...naming, tolerate })
  // What was not picked up has no fd, and nothing happens to it.
  const withClone = optional ? ({ ...naming, tolerate: ['EBADF'] } as const) : naming
  if (optional)
    plan.warningsIfFailed.push({
      result: clone,
      text: `bind: '${path}' does not exist and is skipped: nothing is mounted at '${target}'`,
    })
  if (entry.idmap !== undefined) addIdMap(plan, clone, entry.idmap, withClone)
  if (opened) requireSame(plan, clone, opened.stat, naming)
  const create = isDirectory(path) ? 'directory' : 'file'
  putOn(plan, clone, find(tree, target, { create }, naming), withClone)
  tree.add(target, undefined, opened ? undefined : path)
}

/**
 * An fd refers to a mount of the caller's namespace, which cannot be cloned in another one: what is picked up is what has
 * its path now, if it is the same file.
 */
function openedAt(fd: number): { path: string; stat: BigIntStats } {
  return { path: readlinkSync(`/proc/self/fd/${fd}`), stat: fstatSync(fd, { bigint: true }) }
}

/** Of what kind a missing mount point is made; if it has changed by then, the kernel refuses the mount. */
function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? true
}
