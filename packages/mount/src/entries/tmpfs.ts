import { checkKeys, invalidOption } from '@ns/syscalls'
import { attributesOf, checkFlags, FLAGS, flagsOf, type MountFlags } from '../flags.ts'
import { mountPoint } from '../paths.ts'
import { newFileSystem, putOn, type Setting } from '../steps.ts'
import { find } from '../targets.ts'
import type { Tree } from '../tree.ts'

/** A file system in memory. */
export interface Tmpfs extends MountFlags {
  readonly kind: 'tmpfs'
  readonly target: string
  /** In the kernel's format: `'64m'`, `'50%'`. */
  readonly size: string | undefined
  readonly mode: number
}

/** Options of `tmpfs`. */
export interface TmpfsOptions extends Pick<MountFlags, 'nosuid' | 'nodev' | 'noexec'> {
  /** Bytes, or with `k`, `m`, `g` behind, or `%` of memory. @default half of memory, the kernel's */
  readonly size?: string | number | undefined
  /** Permissions of its root. @default 0o1777 for `/tmp`, else 0o755 */
  readonly mode?: number | undefined
}

/**
 * An empty file system in memory at `target`: nosuid, nodev, gone with the namespace. `remount` makes it read-only once
 * something is in it.
 *
 * @see tmpfs(5)
 */
export function tmpfs(target: string, options: TmpfsOptions = {}): Tmpfs {
  const flags = FLAGS.filter((name) => name !== 'readonly')
  checkKeys('tmpfs', options, ['size', 'mode', ...flags], 'mount')
  checkFlags(options, 'tmpfs')
  const { nosuid = true, nodev = true } = options
  const place = mountPoint(target, 'tmpfs: target')
  return {
    kind: 'tmpfs',
    target: place,
    size: sizeOf(options.size, 'tmpfs'),
    mode: modeOf(options.mode ?? (place === '/tmp' ? 0o1777 : 0o755), 'tmpfs'),
    ...flagsOf({ ...options, nosuid, nodev }),
  }
}

/** @throws {NamespaceError} `ERR_NS_INVALID_OPTION` unless it is a mode of a file */
export function modeOf(mode: number, what: string): number {
  if (!Number.isInteger(mode) || mode < 0 || mode > 0o7777)
    throw invalidOption(`${what}: mode ${mode} is none`, 'mount')
  return mode
}

/** @throws {NamespaceError} `ERR_NS_INVALID_OPTION` unless the kernel would take it as a size */
export function sizeOf(size: string | number | undefined, what: string): string | undefined {
  if (size === undefined) return undefined
  if (!/^[1-9]\d{0,14}[kmg%]?$/i.test(String(size)))
    throw invalidOption(
      `${what}: size '${size}' is none: bytes, or with k, m, g or % behind`,
      'mount',
    )
  return String(size)
}

/** The settings of a tmpfs in the kernel's format. */
export function tmpfsSettings(mode: number, size?: string): Setting[] {
  const settings: Setting[] = [['mode', mode.toString(8).padStart(4, '0')]]
  return size === undefined ? settings : [...settings, ['size', size]]
}

/** Adds the steps of a tmpfs. */
export function addTmpfs(tree: Tree, entry: Tmpfs): void {
  const { target, mode, size } = entry
  const naming = { namespace: 'mount', operation: 'mount', path: 'tmpfs', dest: target } as const
  const place = find(tree, target, { create: 'directory' }, naming)
  const settings = tmpfsSettings(mode, size)
  const made = newFileSystem(
    tree.plan,
    'tmpfs',
    { settings, attributes: attributesOf(entry) },
    naming,
  )
  putOn(tree.plan, made, place, naming)
  tree.add(target, made)
}
