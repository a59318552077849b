import { readFileSync } from 'node:fs'
import { type Listing, list, type NamespaceInfo, type Process, type TreeNode } from '@ns/inspect'
import type { Row } from './table.ts'

export const heads = ['NAMESPACE', 'PROCS', 'PID', 'USER', 'COMMAND, OR WHAT KEEPS IT'] as const

/** How namespaces and processes become lines. */
export interface Lines {
  ofNamespace(namespace: NamespaceInfo, prefix?: string): Row
  ofTree(nodes: readonly TreeNode[]): readonly Row[]
}

/** Lines for a listing: own namespaces plain, others and those without processes in their colours. */
export function linesOf({ processes }: Listing): Lines {
  const byPid = new Map(processes.map((one) => [one.pid, one]))
  const own = new Set(list({ pid: process.pid }).namespaces.map(({ inode }) => inode))
  const nameOf = userNames()
  const ofNamespace = (namespace: NamespaceInfo, prefix = ''): Row => {
    const { type, inode, processes: pids } = namespace
    const lowest = byPid.get(pids[0] ?? 0)
    const name = `${prefix}${type} ${inode}`
    if (!lowest) return { cells: [name, '0', '', '', keeperOf(namespace)], style: 'yellow' }
    const cells = [name, `${pids.length}`, `${lowest.pid}`, nameOf(lowest.uid), lowest.command]
    return own.has(inode) ? { cells } : { cells, style: 'cyan' }
  }
  const ofProcess = ({ pid, uid, command }: Process, prefix: string): Row => ({
    cells: [`${prefix}${pid}`, '', `${pid}`, nameOf(uid), command],
  })
  const ofTree = (nodes: readonly TreeNode[], indent?: string): Row[] =>
    nodes.flatMap((node, i) => {
      const isLast = i === nodes.length - 1
      const prefix = indent === undefined ? '' : `${indent}${isLast ? '└─ ' : '├─ '}`
      const below = indent === undefined ? '' : `${indent}${isLast ? '   ' : '│  '}`
      const row =
        'process' in node ? ofProcess(node.process, prefix) : ofNamespace(node.namespace, prefix)
      return [row, ...ofTree(node.children, below)]
    })
  return { ofNamespace, ofTree }
}

function keeperOf({ mounts, fds, sockets }: NamespaceInfo): string {
  return [...mounts, ...fds, ...sockets].join(' ') || 'one below it'
}

/** The names of the ids in our user namespace, as far as `/etc/passwd` has them. */
function userNames(): (uid: number) => string {
  const names = new Map<number, string>()
  for (const line of passwd().split('\n')) {
    const [name = '', , uid] = line.split(':')
    if (uid !== undefined && !names.has(Number(uid))) names.set(Number(uid), name)
  }
  return (uid) => names.get(uid) ?? `${uid}`
}

function passwd(): string {
  try {
    return readFileSync('/etc/passwd', 'utf8')
  } catch {
    return ''
  }
}
