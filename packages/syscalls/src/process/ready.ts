import { statSync } from 'node:fs'
import { hasSupplementaryGroups } from '../calls/groups.ts'
import { type NamespaceType, namespaceTypes, procName } from '../namespaces/types.ts'
import type { Built } from '../program/build.ts'
import { getWord, type Region } from '../program/memory.ts'
import { textOf } from '../program/plan.ts'
import { keepsCapability, type Protections, readProtections } from '../program/protections.ts'
import { STATX_INO_OFFSET } from '../program/read-back.ts'

/** What was really made, as the process itself saw it before its exec. */
export interface Ready {
  /** The process that `kill` reaches, as we see it: the command, or its init. */
  readonly pid: number
  /** Inode of each of the command's namespaces: what `/proc/self/ns` shows it. Empty without contributions. */
  readonly namespaces: Readonly<Partial<Record<NamespaceType, number>>>
  /** The maps that were installed, in the kernel's format; absent without a user namespace. */
  readonly uidMap?: string
  readonly gidMap?: string
  /** What restricts it; absent without namespaces and attributes. */
  readonly protections?: Protections
  /** What is weaker than one might think. */
  readonly warnings: readonly string[]
}

const UNDOABLE =
  "the command has CAP_SYS_ADMIN over its mounts, and can make writable what is read-only here and uncover what is masked: set capabilities: { drop: 'all' } or user: { disableNested: true }, or let its id inside be another than 0"

/** Reads it from the plan's memory once the command is executed. */
export function readyFrom(memory: Buffer, built: Built, pid: number): Ready {
  const { identities, maps, groups, plan, protections: regions } = built
  const inodeOf = (type: NamespaceType) => {
    const region = identities.get(type)
    return region
      ? Number(memory.readBigUInt64LE(region.offset + STATX_INO_OFFSET))
      : ownInode(type)
  }
  const types = identities.size > 0 ? namespaceTypes : []
  const namespaces = Object.fromEntries(types.map((type) => [type, inodeOf(type)]))
  const failed = plan.warningsIfFailed.filter(
    ({ result }) => getWord(memory, result.region.offset) < 0,
  )
  const warnings = [...plan.warnings, ...failed.map(({ text }) => text)]
  if (groups && getWord(memory, groups.region.offset) < 0 && hasSupplementaryGroups())
    warnings.push('supplementary groups are kept: setgroups is denied in this user namespace')
  const protections = regions && readProtections(memory, regions)
  const restrictsMounts = plan.hasReadonlyMounts && !plan.isNested
  if (restrictsMounts && protections && keepsCapability(protections, regions, 'CAP_SYS_ADMIN'))
    warnings.push(UNDOABLE)
  const ready = { pid, namespaces, warnings, ...(protections && { protections }) }
  return maps
    ? { ...ready, uidMap: textIn(memory, maps.uid), gidMap: textIn(memory, maps.gid) }
    : ready
}

/** Of the thread that made the child: what is neither made nor joined is its own. */
function ownInode(type: NamespaceType): number | undefined {
  return statSync(`/proc/thread-self/ns/${procName(type)}`, { throwIfNoEntry: false })?.ino
}

function textIn(memory: Buffer, { offset, size }: Region): string {
  return textOf(memory.subarray(offset, offset + size))
}
