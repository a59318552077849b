import { mountPoint } from '../paths.ts'
import { putOn } from '../steps.ts'
import { find } from '../targets.ts'
import type { Tree } from '../tree.ts'
import { addDirectory, addSymlink, directory, symlink } from './files.ts'
import { addKernelFileSystem, devpts } from './kernel.ts'
import { cloneDevice, DEVICES } from './mask.ts'
import { addTmpfs, tmpfs } from './tmpfs.ts'

/** A `/dev` with what every program expects, and nothing of the machine's. */
export interface Dev {
  readonly kind: 'dev'
  readonly target: string
}

/**
 * A minimal `/dev`: null, zero, full, random, urandom and tty of the caller's; links to `/proc/self/fd`; pseudo-terminals of
 * its own; `shm` for all.
 */
export function dev(target: string = '/dev'): Dev {
  return { kind: 'dev', target: mountPoint(target, 'dev: target') }
}

const LINKS = [
  ['/proc/self/fd', 'fd'],
  ['/proc/self/fd/0', 'stdin'],
  ['/proc/self/fd/1', 'stdout'],
  ['/proc/self/fd/2', 'stderr'],
  ['pts/ptmx', 'ptmx'],
] as const

/** Adds the steps of a `/dev`. Nodes are bound: in a user namespace none can be made (mknod(2)). */
export function addDev(tree: Tree, { target }: Dev): void {
  addTmpfs(tree, tmpfs(target, { noexec: true }))
  for (const name of Object.keys(DEVICES) as (keyof typeof DEVICES)[]) {
    const place = `${target}/${name}`
    const source = `/dev/${name}`
    const naming = { namespace: 'mount', operation: 'bind', path: source, dest: place } as const
    const device = cloneDevice(tree, name, 0, naming)
    putOn(tree.plan, device, find(tree, place, { create: 'file' }, naming), naming)
  }
  for (const [content, name] of LINKS) addSymlink(tree, symlink(content, `${target}/${name}`))
  addDirectory(tree, directory(`${target}/shm`, { mode: 0o1777 }))
  addKernelFileSystem(tree, devpts(`${target}/pts`))
}
