import { readlinkSync } from 'node:fs'
import { type Command, type NamespaceType, namespaceTypes, procName } from '@ns/syscalls'

/** What `/proc/self/ns` links to, by type: `uts:[4026531838]`. */
export type Links = Readonly<Record<NamespaceType, string>>

const sorted: readonly NamespaceType[] = [...namespaceTypes].sort()

function linksFrom(read: (type: NamespaceType, i: number) => string): Links {
  return Object.fromEntries(sorted.map((type, i) => [type, read(type, i)])) as unknown as Links
}

/** A command that prints its links; `links` reads that. */
export const printLinks: Command = {
  file: 'readlink',
  args: sorted.map((type) => `/proc/self/ns/${procName(type)}`),
}

/** The links that `printLinks` printed. */
export function links(stdout: string): Links {
  const lines = stdout.trimEnd().split('\n')
  if (lines.length !== sorted.length || !lines.every(isLink))
    throw new Error(`these are not the links of a process: ${stdout}`)
  return linksFrom((_, i) => lines[i] as string)
}

/** The links of a process, by default of this one. */
export function ownLinks(pid: number | 'self' = 'self'): Links {
  return linksFrom((type) => readlinkSync(`/proc/${pid}/ns/${procName(type)}`))
}

/** The types in which two processes differ. */
export function differences(a: Links, b: Links): NamespaceType[] {
  return sorted.filter((type) => a[type] !== b[type])
}

/** The inode numbers that links name. */
export function identitiesOf(of: Links): Record<NamespaceType, number> {
  const inode = (type: NamespaceType) => Number(of[type].match(/\d+/)?.[0])
  return Object.fromEntries(sorted.map((type) => [type, inode(type)])) as Record<
    NamespaceType,
    number
  >
}

/** Whether it reads as a link of `/proc/PID/ns` does. */
export function isLink(text: string): boolean {
  return /^\w+:\[\d+\]$/.test(text)
}
