import { checkKeys, invalidOption, MOUNT_ATTR } from '@ns/syscalls'
import { attributesOf } from '../flags.ts'
import { mountPoint } from '../paths.ts'
import { newFileSystem, putOn, type Setting } from '../steps.ts'
import { find } from '../targets.ts'
import type { Tree } from '../tree.ts'
import { modeOf } from './tmpfs.ts'

// File systems that show a part of the kernel, of the namespace that the process is in: nosuid and noexec.

/** A file system that shows a part of the kernel. */
export interface KernelFileSystem {
  readonly kind: 'kernel'
  readonly type: 'sysfs' | 'mqueue' | 'cgroup2' | 'devpts'
  readonly target: string
  readonly readonly: boolean
  readonly settings: readonly Setting[]
}

/** Options of `sysfs` and `cgroup2`. */
export interface ReadonlyOptions {
  /** @default true */
  readonly readonly?: boolean | undefined
}

/** `/sys` of the network namespace: in a user namespace that has to be new too. */
export function sysfs(target: string = '/sys', options: ReadonlyOptions = {}): KernelFileSystem {
  return kernelFileSystem('sysfs', target, readonlyOf('sysfs', options))
}

/**
 * The cgroup v2 tree, from the root of the cgroup namespace. Writable, it lets the command leave its limits where the
 * cgroup namespace is not its own (CVE-2023-25809).
 */
export function cgroup2(
  target: string = '/sys/fs/cgroup',
  options: ReadonlyOptions = {},
): KernelFileSystem {
  return kernelFileSystem('cgroup2', target, readonlyOf('cgroup2', options))
}

/** POSIX message queues of the ipc namespace: in a user namespace that has to be new too. */
export function mqueue(target: string = '/dev/mqueue'): KernelFileSystem {
  return kernelFileSystem('mqueue', target, false)
}

/** Options of `devpts`. */
export interface DevptsOptions {
  /** Permissions of a new terminal. @default 0o620 */
  readonly mode?: number | undefined
  /** Permissions of `ptmx`. @default 0o666 */
  readonly ptmxmode?: number | undefined
  /** Group of a new terminal; it has to be mapped. @default that of who opens it */
  readonly gid?: number | undefined
}

/** Pseudo-terminals, none of which is anyone else's; `ptmx` in it makes one. */
export function devpts(target: string = '/dev/pts', options: DevptsOptions = {}): KernelFileSystem {
  checkKeys('devpts', options, ['mode', 'ptmxmode', 'gid'], 'mount')
  const { mode = 0o620, ptmxmode = 0o666, gid } = options
  if (gid !== undefined && (!Number.isInteger(gid) || gid < 0 || gid > 0xfffffffe))
    throw invalidOption(`devpts: gid ${gid} is none`, 'mount')
  return kernelFileSystem('devpts', target, false, [
    ['mode', modeOf(mode, 'devpts').toString(8)],
    ['ptmxmode', modeOf(ptmxmode, 'devpts').toString(8)],
    ...(gid === undefined ? [] : [['gid', String(gid)] as const]),
  ])
}

function kernelFileSystem(
  type: KernelFileSystem['type'],
  target: string,
  readonly: boolean,
  settings: readonly Setting[] = [],
): KernelFileSystem {
  const place = mountPoint(target, `${type}: target`)
  return { kind: 'kernel', type, target: place, readonly, settings }
}

function readonlyOf(what: string, options: ReadonlyOptions): boolean {
  checkKeys(what, options, ['readonly'], 'mount')
  const { readonly = true } = options
  if (typeof readonly !== 'boolean')
    throw invalidOption(`${what}: readonly is true or false`, 'mount')
  return readonly
}

/** Adds the steps of such a file system. */
export function addKernelFileSystem(tree: Tree, entry: KernelFileSystem): void {
  const { type, target, settings, readonly } = entry
  const naming = { namespace: 'mount', operation: 'mount', path: type, dest: target } as const
  const place = find(tree, target, { create: 'directory' }, naming)
  const nodev = type === 'devpts' ? 0 : MOUNT_ATTR.NODEV
  const attributes = attributesOf({ readonly, nosuid: true, noexec: true }) | nodev
  putOn(tree.plan, newFileSystem(tree.plan, type, { settings, attributes }, naming), place, naming)
  tree.add(target, undefined)
}
