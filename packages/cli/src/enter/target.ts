import { existsSync, readFileSync } from 'node:fs'
import { readDirectory } from '@ns/cgroup'
import {
  close,
  Namespace,
  type NamespaceType,
  namespaceTypes,
  O,
  open,
  whilePinned,
} from '@ns/syscalls'
import { environmentOf } from '../command-line.ts'
import { UsageError } from '../usage-error.ts'
import type { EnterLine, Values } from './flags.ts'
import { netOfSocket } from './net-socket.ts'
import type { Places } from './places.ts'

/** What is there to be entered, open. */
export interface Entered extends Disposable {
  readonly handles: readonly Namespace[]
  readonly places: Places
  readonly env: Record<string, string | undefined>
  readonly cgroup: string | undefined
}

/** Opens what the flags name; all that is taken from the target is of one process. */
export function lookAt({ values, target, socket }: EnterLine): Entered {
  const handles: Namespace[] = []
  const fds: number[] = []
  const dispose = () => {
    for (const handle of handles) handle.close()
    for (const fd of fds) close(fd)
  }
  const openDirectory = (path: string) => {
    const fd = open(path, O.PATH | O.DIRECTORY | O.CLOEXEC)
    fds.push(fd)
    return fd
  }
  const look = (): Entered => {
    for (const [type, ref] of refsOf(values, target)) handles.push(Namespace.open(type, ref))
    if (values['user-parent']) handles.push(parentOf(target ?? 0))
    if (socket !== undefined) handles.push(netOfSocket(target ?? 0, socket))
    if (isAll(values)) closeOwn(handles)
    const { root } = values
    return {
      handles,
      places: {
        root: root === undefined ? root : openDirectory(root || `/proc/${target}/root`),
        cwd: values['target-cwd'] ? openDirectory(`/proc/${target}/cwd`) : undefined,
        context: values['follow-context'] ? contextOf(target ?? 0) : undefined,
      },
      env: environmentOf(values, values['target-env'] ? environOf(target ?? 0) : process.env),
      cgroup: values['target-cgroup'] ? readDirectory(target ?? 0) : undefined,
      [Symbol.dispose]: dispose,
    }
  }
  try {
    return target === undefined ? look() : whilePinned(target, look)
  } catch (error) {
    dispose()
    throw error
  }
}

/** What made the target's user namespace, and may be more there. */
function parentOf(target: number): Namespace {
  using user = Namespace.open('user', target)
  return user.parent()
}

function isAll(values: Values): boolean {
  return (
    values.all === true ||
    (!values['user-parent'] &&
      values['net-socket'] === undefined &&
      namespaceTypes.every((type) => values[type] === undefined))
  )
}

type TypedRef = readonly [NamespaceType, number | string]

function refsOf(values: Values, target: number | undefined): readonly TypedRef[] {
  return namespaceTypes.flatMap((type): TypedRef[] => {
    const path = values[type]
    if (path) return [[type, path]]
    const isElsewhere =
      (type === 'user' && values['user-parent']) || (type === 'net' && values['net-socket'])
    const isWanted = target !== undefined && (path === '' || (isAll(values) && !isElsewhere))
    return isWanted ? [[type, target]] : []
  })
}

/** What we are in already: to join one's own user namespace is EINVAL (setns(2)), any other no use. */
function closeOwn(handles: Namespace[]): void {
  for (const handle of [...handles]) {
    if (!handle.isOwn()) continue
    handle.close()
    handles.splice(handles.indexOf(handle), 1)
  }
}

/** Without SELinux the file has what another security module says, or nothing. */
function contextOf(pid: number): string {
  if (!existsSync('/sys/fs/selinux/enforce'))
    throw new UsageError('--follow-context: SELinux is not enabled here, leave it out')
  return readFileSync(`/proc/${pid}/attr/current`, 'utf8')
}

function environOf(pid: number): Record<string, string> {
  const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
  return Object.fromEntries(
    variables.flatMap((one) => {
      const at = one.indexOf('=')
      return at > 0 ? [[one.slice(0, at), one.slice(at + 1)]] : []
    }),
  )
}
