import { checkKeys, invalidOption } from '@ns/syscalls'

/** A tree of files that exists, visible at another place too. */
export interface Bind {
  readonly kind: 'bind'
  /** In the caller's root. */
  readonly source: string
  /** In the new root; it has to exist. */
  readonly target: string
  /** `true`: this mount; `'recursive'`: the mounts below it too. */
  readonly readonly: boolean | 'recursive'
  /** With the mounts below the source. */
  readonly recursive: boolean
}

/** A file system in memory. */
export interface Tmpfs {
  readonly kind: 'tmpfs'
  readonly target: string
  /** In the kernel's format: `'64m'`, `'50%'`. */
  readonly size: string | undefined
  readonly mode: number
}

/** `/proc` of the pid namespace that the process is in. */
export interface Proc {
  readonly kind: 'proc'
  readonly target: string
}

/** A mount that exists, with other flags. */
export interface Remount {
  readonly kind: 'remount'
  readonly target: string
  readonly readonly: boolean | 'recursive'
}

/** One entry of `mounts`; they are made in the order given. */
export type MountEntry = Bind | Tmpfs | Proc | Remount

/** Options of `bind`. */
export interface BindOptions {
  /** `'recursive'`: the mounts below it too. @default false */
  readonly readonly?: boolean | 'recursive' | undefined
  /** With the mounts below the source; needed in a user namespace, where those below cannot be taken off. @default true */
  readonly recursive?: boolean | undefined
}

/**
 * Shows `source` at `target`. Flags that the source's mount has (nosuid, nodev, noexec, read-only) stay.
 *
 * @see mount(2), open_tree(2)
 */
export function bind(source: string, target: string, options: BindOptions = {}): Bind {
  checkKeys('bind', options, ['readonly', 'recursive'], 'mount')
  const { readonly = false, recursive = true } = options
  checkReadonly(readonly, 'bind')
  if (typeof recursive !== 'boolean')
    throw invalidOption('bind: recursive is true or false', 'mount')
  return {
    kind: 'bind',
    source: path(source, 'bind: source'),
    target: absolute(target, 'bind: target'),
    readonly,
    recursive,
  }
}

/** Options of `tmpfs`. */
export interface TmpfsOptions {
  /** Bytes, or with `k`, `m`, `g` behind, or `%` of memory. @default half of memory, the kernel's */
  readonly size?: string | number | undefined
  /** Permissions of its root. @default 0o1777 for `/tmp`, else 0o755 */
  readonly mode?: number | undefined
}

/**
 * An empty file system in memory at `target`: nosuid, nodev, gone with the namespace.
 *
 * @see tmpfs(5)
 */
export function tmpfs(target: string, options: TmpfsOptions = {}): Tmpfs {
  checkKeys('tmpfs', options, ['size', 'mode'], 'mount')
  const mode = options.mode ?? (target === '/tmp' ? 0o1777 : 0o755)
  if (!Number.isInteger(mode) || mode < 0 || mode > 0o7777)
    throw invalidOption(`tmpfs: mode ${mode} is none`, 'mount')
  return {
    kind: 'tmpfs',
    target: absolute(target, 'tmpfs: target'),
    size: sizeOf(options.size),
    mode,
  }
}

/** Mounts `/proc` anew; it needs a pid namespace that is made too, or ownership of the present one. */
export function proc(target = '/proc'): Proc {
  return { kind: 'proc', target: absolute(target, 'proc: target') }
}

/** Changes a mount that exists already: `remount('/', { readonly: 'recursive' })`. */
export function remount(
  target: string,
  options: { readonly readonly: boolean | 'recursive' },
): Remount {
  checkKeys('remount', options, ['readonly'], 'mount')
  checkReadonly(options.readonly, 'remount')
  return {
    kind: 'remount',
    target: absolute(target, 'remount: target'),
    readonly: options.readonly,
  }
}

function checkReadonly(readonly: unknown, what: string): void {
  if (typeof readonly !== 'boolean' && readonly !== 'recursive')
    throw invalidOption(`${what}: readonly is true, false or 'recursive'`, 'mount')
}

const KINDS: readonly MountEntry['kind'][] = ['bind', 'tmpfs', 'proc', 'remount']

/** @throws {NamespaceError} `ERR_NS_INVALID_OPTION` unless it is what one of the functions here returned */
export function checkEntry(entry: MountEntry, index: number): void {
  if (!KINDS.includes(entry?.kind))
    throw invalidOption(
      `mount.mounts[${index}]: bind(), tmpfs(), proc() or remount() is wanted`,
      'mount',
    )
}

function sizeOf(size: string | number | undefined): string | undefined {
  if (size === undefined) return undefined
  if (!/^[1-9]\d{0,14}[kmg%]?$/i.test(String(size)))
    throw invalidOption(
      `tmpfs: size '${size}' is none: bytes, or with k, m, g or % behind`,
      'mount',
    )
  return String(size)
}

/** @throws {NamespaceError} `ERR_NS_INVALID_OPTION` unless it is a path */
export function path(value: string, what: string): string {
  if (typeof value !== 'string' || value === '')
    throw invalidOption(`${what}: a path is wanted`, 'mount')
  if (value.includes('\0')) throw invalidOption(`${what}: a NUL byte cannot be in a path`, 'mount')
  return value
}

function absolute(value: string, what: string): string {
  if (!path(value, what).startsWith('/'))
    throw invalidOption(`${what}: '${value}' has to be absolute`, 'mount')
  return value
}
