import { readFileSync } from 'node:fs'
import { readDirectory } from '@ns/cgroup'
import type { Namespaces } from '@ns/spawn'
import {
  close,
  Namespace,
  type NamespaceType,
  namespaceTypes,
  O,
  open,
  whilePinned,
} from '@ns/syscalls'
import { environmentOf, milliseconds, terminalOf } from '../command-line.ts'
import { numberOf } from '../protections.ts'
import { run } from '../run.ts'
import type { Verb } from '../verb.ts'
import { type EnterLine, parseEnter, topics, type Values } from './flags.ts'
import { netOfSocket } from './net-socket.ts'
import { type Places, standingIn } from './places.ts'

/** `ns enter`: a command in namespaces that exist. */
export const enter: Verb = {
  summary: 'runs a command, or a shell, in those of a process',
  usage: '-t PID [flags] [-- command…]',
  text: 'Run a command, or a shell, in namespaces that exist.',
  examples: [
    ['ns enter -t PID', 'a shell in all of its namespaces'],
    ['ns enter -t PID --net --mount -- ss -l', 'a command in two of them'],
    ['ns enter --net=/run/netns/blue -- sh', 'by a path'],
    ['ns enter -t PID --uid 1000 --gid 1000 --cwd /srv -- make', 'as somebody, somewhere'],
  ],
  topics,
  notes:
    'Without privilege a user namespace has to be entered too, which gives the right to the others; so it is with all.',
  async run(args) {
    const line = parseEnter(args)
    const { values, file, args: rest } = line
    const options = {
      ...terminalOf(values),
      uid: numberOf('uid', values.uid),
      gid: numberOf('gid', values.gid),
      capabilities: values['keep-capabilities'] ? 'keep' : undefined,
      groups: values['preserve-credentials'] ? 'keep' : undefined,
      cwd: values.cwd,
      startTimeout: milliseconds(values['start-timeout']),
    } as const
    using entered = lookAt(line)
    const { env, cgroup } = entered
    const namespaces = namespacesOf(entered, values)
    return await run({ file, args: rest, options: { ...options, env, cgroup, namespaces } })
  },
}

/** What is there to be entered, open. */
interface Entered extends Disposable {
  readonly handles: readonly Namespace[]
  readonly places: Places
  readonly env: Record<string, string | undefined>
  readonly cgroup: string | undefined
}

function namespacesOf({ handles, places }: Entered, values: Values): Namespaces {
  const of = (type: NamespaceType) => handles.find((handle) => handle.type === type)
  const joins = handles.map((join) => [join.type, { join }])
  const [user, isPlaced] = [of('user'), places.root !== undefined || places.cwd !== undefined]
  return {
    ...Object.fromEntries(joins),
    ...(user && { user: { join: user, keepIds: values['preserve-credentials'] } }),
    ...(isPlaced && { mount: standingIn(places, of('mount')) }),
  }
}

/** All that is taken from the target is of one process. */
function lookAt({ values, target, socket }: EnterLine): Entered {
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
    using own = Namespace.open(handle.type, 0)
    if (!handle.equals(own)) continue
    handle.close()
    handles.splice(handles.indexOf(handle), 1)
  }
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
