import {
  checkKeys,
  invalidOption,
  Namespace,
  type NamespaceType,
  namespaceTypes,
  procName,
} from '@ns/syscalls'
import { openBindMount, readBindMounts } from './bind-mounts.ts'
import { type Draft, Found } from './found.ts'
import type { Listing, NamespaceInfo } from './namespace-info.ts'
import { eachSocketNamespace, readOpenFds } from './open-fds.ts'
import { type Member, readProcesses } from './processes.ts'

/** Which namespaces; absent: all. */
export interface ListOptions {
  readonly types?: readonly NamespaceType[] | undefined
  /** Those of one process. */
  readonly pid?: number | undefined
  /** Those without processes: kept by a file, an fd, a socket, or by one that is below. */
  readonly persistent?: boolean | undefined
}

/**
 * Every namespace that we can find: by the processes that `/proc` shows, by the files that it is bound to, by open fds
 * and by sockets; and from there upwards to owners and parents. What ends meanwhile is left out; what we may not look
 * at makes the listing `partial`.
 *
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION`
 * @see lsns(8)
 */
export function list(options: ListOptions = {}): Listing {
  checkOptions(options)
  const { members, partial } = readProcesses()
  const found = new Found()
  for (const member of members) addProcess(found, member)
  for (const mount of readBindMounts(members)) {
    const draft = found.of(mount.type, mount.inode)
    draft.mounts.push(mount.path)
    draft.ways.push(() => openBindMount(mount))
  }
  const allFds = addFds(found, members)
  found.askAll()
  return select(found.drafts.map(infoOf), members, { ...options, partial: partial || !allFds })
}

function addProcess(found: Found, { pid, namespaces }: Member): void {
  for (const [type, inode] of namespaces) {
    const draft = found.of(type, inode)
    draft.processes.push(pid)
    // A few, as they may end meanwhile.
    if (draft.ways.length < 10)
      draft.ways.push(() => Namespace.open(type, `/proc/${pid}/ns/${procName(type)}`))
  }
}

function addFds(found: Found, members: readonly Member[]): boolean {
  const seen = new Set<string>()
  const whole = members.map(({ pid, namespaces: own }) => {
    const { namespaces, sockets, isWhole } = readOpenFds(pid)
    for (const { type, inode, path } of namespaces) {
      const draft = found.of(type, inode)
      draft.fds.push(path)
      draft.ways.push(() => Namespace.open(type, path))
    }
    const fresh = [...sockets].filter(([link]) => !seen.has(link))
    for (const [link] of fresh) seen.add(link)
    const fds = fresh.map(([, fd]) => fd)
    eachSocketNamespace(pid, fds, (netns, fd) => {
      using namespace = Namespace.open('net', { fd: netns })
      const { inode } = namespace.identity
      if (inode === own.get('net')) return
      found.of('net', inode).sockets.push(`/proc/${pid}/fd/${fd}`)
      found.ask(namespace)
    })
    return isWhole
  })
  return whole.every(Boolean)
}

function infoOf(draft: Draft): NamespaceInfo {
  const { type, inode, processes, mounts, fds, sockets, owner, parent, ownerUid, netnsid } = draft
  const facts = Object.entries({ owner, parent, ownerUid, netnsid })
  const known = Object.fromEntries(facts.filter(([, value]) => value !== undefined))
  return { type, inode, processes, mounts, fds, sockets, ...known }
}

function select(
  all: readonly NamespaceInfo[],
  members: readonly Member[],
  { types, pid, persistent, partial }: ListOptions & { readonly partial: boolean },
): Listing {
  const namespaces = all.filter(
    (one) =>
      (types?.includes(one.type) ?? true) &&
      (pid === undefined || one.processes.includes(pid)) &&
      (persistent === undefined || persistent === (one.processes.length === 0)),
  )
  const shown = new Set(namespaces.flatMap(({ processes }) => processes))
  const processes = members.flatMap(({ namespaces: _, ...process }) =>
    shown.has(process.pid) ? [process] : [],
  )
  return { partial, namespaces, processes }
}

function checkOptions(options: ListOptions): void {
  checkKeys('list', options, ['types', 'pid', 'persistent'])
  const unknown = options.types?.find((type) => !namespaceTypes.includes(type))
  if (unknown !== undefined)
    throw invalidOption(`list.types: '${unknown}' is none of ${namespaceTypes.join(', ')}`)
  const { pid } = options
  if (pid !== undefined && !(Number.isInteger(pid) && pid > 0))
    throw invalidOption('list.pid: a pid is wanted')
}
