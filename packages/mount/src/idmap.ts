import { writeFileSync } from 'node:fs'
import {
  AT,
  AT_FDCWD,
  CLONE_NEW,
  type Contribution,
  invalidOption,
  launch,
  MOUNT_ATTR,
  Namespace,
  type NamespaceRef,
  O,
  type Plan,
  Slot,
} from '@ns/syscalls'
import type { Naming } from './steps.ts'

/** Ids that a mount shows as others. */
export interface ShownIds {
  /** The first that the files have. */
  readonly stored: number
  /** The first that is seen through the mount, as the caller counts. */
  readonly shown: number
  readonly count: number
}

/** Which ids a mount shows as which; those of no range are shown as 65534, and may not be used. */
export interface MountIdMap {
  readonly uid: readonly ShownIds[]
  readonly gid: readonly ShownIds[]
}

/**
 * Opens a user namespace that holds a map and nothing else: `bind(source, target, { idmap })` takes it. As root.
 *
 * @returns yours to close, once the starts that use it have begun
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION` for a range that is none; when the kernel refuses the map
 */
export async function openIdMap(map: MountIdMap): Promise<Namespace> {
  const [uid, gid] = [linesOf(map.uid, 'uid'), linesOf(map.gid, 'gid')]
  let holder: Namespace | undefined
  const contribution: Contribution = {
    type: 'user',
    flags: CLONE_NEW.user,
    steps: () => {},
    parent({ pid }) {
      writeFileSync(`/proc/${pid}/uid_map`, uid)
      writeFileSync(`/proc/${pid}/gid_map`, gid)
      holder = Namespace.open('user', pid)
    },
  }
  const child = launch([contribution], { file: '/bin/true', fds: [] })
  try {
    await child.started
    await child.exited
  } catch (error) {
    if (!holder) throw error // what comes after the map does not matter
  }
  return holder as Namespace
}

function linesOf(ranges: readonly ShownIds[], what: string): string {
  const isId = (value: number) => Number.isInteger(value) && value >= 0 && value <= 0xfffffffe
  if (!Array.isArray(ranges) || ranges.length === 0)
    throw invalidOption(`openIdMap: ${what} is a list of ranges`, 'mount')
  ranges.forEach(({ stored, shown, count }, i) => {
    if (!isId(stored) || !isId(shown) || !isId(count) || count === 0)
      throw invalidOption(`openIdMap: ${what}[${i}] is no { stored, shown, count }`, 'mount')
  })
  return ranges.map(({ stored, shown, count }) => `${stored} ${shown} ${count}\n`).join('')
}

/**
 * Adds the steps that make a detached mount show other ids, those of a user namespace's map.
 *
 * @see mount_setattr(2), "ID-mapped mounts", Linux 5.12
 */
export function addIdMap(plan: Plan, tree: Slot, ref: NamespaceRef, naming: Naming): void {
  const steps = plan.in('sources')
  const options = { ...naming, operation: 'map the ids' }
  const attributes = Buffer.alloc(32) // struct mount_attr
  attributes.writeBigUInt64LE(BigInt(MOUNT_ATTR.IDMAP), 0)
  const region = plan.memory.put(attributes)
  const userns = new Slot(region.at(24, 8), 'userns')
  const open = O.RDONLY | O.CLOEXEC
  if (typeof ref === 'number')
    steps.call('openat', [plan.proc, `${ref}/ns/user`, open], { ...options, result: userns })
  else if (typeof ref === 'string')
    steps.call('openat', [AT_FDCWD, ref, open], { ...options, result: userns })
  else plan.memory.putWord(userns.region.offset, plan.fd(ref.fd, 'userns').fd)
  steps.call('mount_setattr', [tree, '', AT.EMPTY_PATH, region, region.size], options)
}
