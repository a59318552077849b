import { AT_FDCWD, check, checkKeys, invalidOption, O } from '@ns/syscalls'
import { absolute, mountPoint, path } from '../paths.ts'
import { addStaging } from '../staging.ts'
import { cloneTree, putOn } from '../steps.ts'
import { addParents, find } from '../targets.ts'
import type { Tree } from '../tree.ts'
import { modeOf } from './tmpfs.ts'

/** A directory that is made. */
export interface Directory {
  readonly kind: 'directory'
  readonly target: string
  readonly mode: number
}

/** Options of `directory`. */
export interface DirectoryOptions {
  /** @default 0o755 */
  readonly mode?: number | undefined
}

/** Makes a directory, in a file system of this start's; one that is there gets the mode. */
export function directory(target: string, options: DirectoryOptions = {}): Directory {
  checkKeys('directory', options, ['mode'], 'mount')
  const mode = modeOf(options.mode ?? 0o755, 'directory')
  return { kind: 'directory', target: mountPoint(target, 'directory: target'), mode }
}

/** Adds the steps of a directory. */
export function addDirectory(tree: Tree, { target, mode }: Directory): void {
  requireMade(tree, target, 'directory')
  const naming = { namespace: 'mount', operation: 'make the directory', path: target } as const
  const steps = tree.plan.in('mounts')
  const { directory, name } = addParents(tree, target, naming)
  const made = tree.plan.slot('directory')
  const flags = O.RDONLY | O.DIRECTORY | O.NOFOLLOW | O.CLOEXEC
  steps.call('mkdirat', [directory, name, 0o755], { ...naming, tolerate: ['EEXIST'] })
  steps.call('openat', [directory, name, flags], { ...naming, result: made })
  steps.call('fchmod', [made, mode], naming) // mkdir takes no set-group-id bit
}

/** A symbolic link that is made. */
export interface Symlink {
  readonly kind: 'symlink'
  /** Where it points to. */
  readonly content: string
  readonly target: string
}

/**
 * Makes a symbolic link at `target` that points to `content`, in a file system of this start's. The same link may be
 * there already; anything else that is there is an error.
 */
export function symlink(content: string, target: string): Symlink {
  const text = path(content, 'symlink: content')
  if (Buffer.byteLength(text) > LONGEST_LINK)
    throw invalidOption('symlink: content is longer than a link can be', 'mount')
  return { kind: 'symlink', content: text, target: mountPoint(target, 'symlink: target') }
}

/** PATH_MAX without its NUL. */
const LONGEST_LINK = 4095

/** Adds the steps of a link. */
export function addSymlink(tree: Tree, { content, target }: Symlink): void {
  const naming = { namespace: 'mount', operation: 'link', path: target } as const
  const steps = tree.plan.in('mounts')
  const wanted = Buffer.alloc(Math.ceil((Buffer.byteLength(content) + 1) / 4) * 4)
  wanted.write(content)
  const there = tree.plan.memory.allocate(Math.max(wanted.length, 256)) // of another link the begin is quoted
  const { made } = tree.at(target)
  const { directory, name } = made
    ? addParents(tree, target, naming)
    : { directory: AT_FDCWD, name: target }
  const mayDiffer = made ? ({ ...naming, onlyAfter: 'EEXIST' } as const) : naming
  if (made) steps.call('symlinkat', [content, directory, name], { ...naming, tolerate: ['EEXIST'] })
  steps.call('readlinkat', [directory, name, there, there.size], mayDiffer)
  const failure = { errno: 'EEXIST', call: 'readlinkat' } as const
  for (let at = 0; at < wanted.length; at += 4) {
    const word = [there.at(at, 4), wanted.readUInt32LE(at)] as const
    steps.push(check('require', word, failure, { ...mayDiffer, found: there }))
  }
}

/** A file with a content. */
export interface File {
  readonly kind: 'file'
  readonly target: string
  readonly content: string | Uint8Array
  readonly mode: number
}

/** Options of `file`. */
export interface FileOptions {
  /** @default 0o600 */
  readonly mode?: number | undefined
}

/**
 * A file with this content. In a file system of this start's it is made; elsewhere it is mounted over a file that is there,
 * and nothing of the host changes.
 */
export function file(
  target: string,
  content: string | Uint8Array,
  options: FileOptions = {},
): File {
  checkKeys('file', options, ['mode'], 'mount')
  if (typeof content !== 'string' && !(content instanceof Uint8Array))
    throw invalidOption('file: content is a string or bytes', 'mount')
  const mode = modeOf(options.mode ?? 0o600, 'file')
  return { kind: 'file', target: mountPoint(target, 'file: target'), content, mode }
}

/** Adds the steps of a file. */
export function addFile(tree: Tree, { target, content, mode }: File): void {
  const naming = { namespace: 'mount', operation: 'make the file', path: target } as const
  const { plan } = tree
  const bytes = Buffer.from(content)
  const fd = plan.slot('file')
  const flags = O.WRONLY | O.CREAT | O.EXCL | O.CLOEXEC
  const { made } = tree.at(target)
  const write = (phase: 'mounts' | 'sources') => {
    plan.in(phase).call('write', [fd, bytes, bytes.length], { ...naming, expect: bytes.length })
    plan.in(phase).call('fchmod', [fd, mode], naming)
    plan.in(phase).call('close', [fd], naming)
  }
  if (made) {
    const { directory, name } = addParents(tree, target, naming)
    plan.in('mounts').call('openat', [directory, name, flags, mode], { ...naming, result: fd })
    write('mounts')
    return
  }
  const tidy = addStaging(tree, {}, naming, (staging) => {
    plan.in('sources').call('openat', [staging, 'file', flags, mode], { ...naming, result: fd })
    write('sources')
    return cloneTree(plan, 'file', 'one', naming, staging)
  })
  putOn(plan, tidy, find(tree, target, { create: 'file' }, naming), naming)
  tree.add(target, undefined)
}

/** Nothing is made in a file system of the host's. */
function requireMade(tree: Tree, target: string, what: string): void {
  if (tree.at(target).made) return
  throw invalidOption(
    `${what}: '${absolute(target, what)}' would be made in a file system of the host: mount a tmpfs above it before, or let the root be an overlay whose upper is 'tmpfs'`,
    'mount',
  )
}
