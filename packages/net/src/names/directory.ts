import {
  AT_FDCWD,
  checkKeys,
  close,
  invalidOption,
  Namespace,
  type NamespaceRef,
  O,
  open,
  openInside,
  SyscallError,
} from '@ns/syscalls'

/** Where named network namespaces are: what `ip netns` takes (ip-netns(8)). */
const NETNS_DIRECTORY = '/run/netns'

/** Where names are looked up. */
export interface NamesOptions {
  /** @default '/run/netns', as `ip netns` has it */
  readonly directory?: string | undefined
  /** The mount namespace in which the directory is: an ordinary user needs one of his own. @default the caller's */
  readonly mount?: NamespaceRef | undefined
  /** The user namespace that gives the right to enter it. @default without privilege the one that owns it */
  readonly user?: NamespaceRef | undefined
}

/** The same, complete. */
export interface Names {
  readonly directory: string
  readonly mount: NamespaceRef | undefined
  readonly user: NamespaceRef | undefined
}

/** @throws {NamespaceError} `ERR_NS_INVALID_OPTION` */
export function checkNames(options: NamesOptions): Names {
  const { directory = NETNS_DIRECTORY, mount, user } = options
  if (typeof directory !== 'string' || !directory.startsWith('/') || directory.includes('\0'))
    throw invalidOption('directory: an absolute path is wanted', 'net')
  if (user !== undefined && mount === undefined)
    throw invalidOption('user: gives the right to enter `mount`, which is missing', 'net')
  return { directory, mount, user }
}

/** The keys of `NamesOptions`, checked. */
export function onlyNames(options: NamesOptions): Names {
  checkKeys('names', options, ['directory', 'mount', 'user'], 'net')
  return checkNames(options)
}

/**
 * A name as `ip netns` takes it: at most 255 bytes, a file's name.
 *
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION`
 */
export function checkNetNsName(name: string): string {
  const isName = typeof name === 'string' && /^[^/\0]+$/.test(name) && name !== '.' && name !== '..'
  if (isName && Buffer.byteLength(name) < 256) return name
  const rule = "a file's name of at most 255 bytes is wanted"
  throw invalidOption(`name: ${rule}, not ${JSON.stringify(name)}`, 'net')
}

/** Runs with the user namespace by which its mount namespace is entered; without one nothing is. */
export async function withOwner<Result>(
  { mount, user }: Names,
  run: (user: NamespaceRef | undefined) => Promise<Result>,
): Promise<Result> {
  if (mount === undefined || user !== undefined) return await run(user)
  using namespace = Namespace.open('mount', mount)
  // Somebody else's mount namespace takes privilege in its owner's user namespace; one's own takes none.
  if (namespace.isOwn()) return await run(undefined)
  using owner = namespace.owner()
  return await run(owner.isOwn() ? undefined : owner)
}

/** A directory of names, open: names below its `path` are those of its mount namespace. */
export interface OpenDirectory extends Disposable {
  readonly path: string
}

/**
 * Opens it, in whatever mount namespace it is; one that isn't there has no names.
 *
 * @throws {NamespaceError} when the mount namespace may not be entered
 */
export async function openDirectory(names: Names): Promise<OpenDirectory | undefined> {
  const flags = O.PATH | O.DIRECTORY | O.CLOEXEC
  const { directory, mount } = names
  try {
    const fd =
      mount === undefined
        ? open(directory, flags)
        : await withOwner(names, (user) =>
            openInside({ user, mount }, (plan, result) => {
              const options = { namespace: 'mount', operation: 'open', result } as const
              plan.in('mounts').call('openat', [AT_FDCWD, directory, flags, 0], options)
            }),
          )
    return { path: `/proc/self/fd/${fd}`, [Symbol.dispose]: () => close(fd) }
  } catch (error) {
    const { cause } = error as Error
    const reason = error instanceof SyscallError ? error : cause
    if (reason instanceof SyscallError && reason.code === 'ENOENT') return undefined
    throw error
  }
}
