import { readdirSync, readFileSync, statSync } from 'node:fs'
import { type NamespaceType, namespaceTypes, procName } from '@ns/syscalls'
import type { Process } from './namespace-info.ts'

/** A process and the inodes of its namespaces, as far as we may know them. */
export interface Member extends Process {
  readonly namespaces: ReadonlyMap<NamespaceType, number>
}

/** Why something of a process cannot be read: it is gone, which is no matter, or it is not ours to see. */
export function isForbidden(error: unknown): boolean {
  return /^(EACCES|EPERM)$/.test((error as NodeJS.ErrnoException).code ?? '')
}

/** All processes that `/proc` shows, and whether it hid something. One that ends meanwhile is left out. */
export function readProcesses(): { members: readonly Member[]; partial: boolean } {
  let partial = hidesProcesses()
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  const members = pids.flatMap((pid) => {
    try {
      const process = readProcess(pid)
      const { namespaces, isWhole } = readLinks(pid)
      partial ||= !isWhole
      return [{ ...process, namespaces }]
    } catch (error) {
      partial ||= isForbidden(error)
      return []
    }
  })
  return { members: members.sort((a, b) => a.pid - b.pid), partial }
}

function readProcess(pid: string): Process {
  const { uid } = statSync(`/proc/${pid}`)
  // The name may have blanks and parentheses: the fields stand behind the last one.
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  const [, parent = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
  const command = words || readFileSync(`/proc/${pid}/comm`, 'utf8').trimEnd()
  return { pid: Number(pid), parent: Number(parent), uid, command }
}

function readLinks(pid: string): {
  namespaces: ReadonlyMap<NamespaceType, number>
  isWhole: boolean
} {
  const namespaces = new Map<NamespaceType, number>()
  for (const type of namespaceTypes) {
    try {
      const link = `/proc/${pid}/ns/${procName(type)}`
      const inode = statSync(link, { throwIfNoEntry: false })?.ino // a zombie has left some
      if (inode !== undefined) namespaces.set(type, inode)
    } catch (error) {
      return { namespaces, isWhole: !isForbidden(error) } // the next would be refused as well
    }
  }
  return { namespaces, isWhole: true }
}

/** `/proc` mounted with `hidepid` shows an ordinary user no process of others at all (proc(5)). */
function hidesProcesses(): boolean {
  const line = readFileSync('/proc/self/mounts', 'utf8').match(/^\S+ \/proc proc (\S+)/m)?.[1] ?? ''
  const isHiding = /\bhidepid=(?!0|off)/.test(line)
  return isHiding && process.geteuid?.() !== 0
}
