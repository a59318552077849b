import { readFileSync } from 'node:fs'
import { inside, Namespace, type NamespaceRef, type Plan, type Region, textOf } from '@ns/syscalls'
import { type IdRange, parseRanges } from './id-map.ts'

/** The maps of a user namespace that is running. */
export interface IdMaps {
  readonly uid: readonly IdRange[]
  readonly gid: readonly IdRange[]
  readonly setgroups: 'allow' | 'deny'
}

const FILES = ['uid_map', 'gid_map', 'setgroups'] as const
const LONGEST = 3 * 4096 // pages of whole lines: 340 of 33 bytes

/**
 * The maps of a running user namespace; `outside` are the ids of the namespace above it. It is entered to look: that
 * takes being its owner, or root.
 *
 * @throws {NamespaceError} when it isn't a user namespace, or may not be entered
 */
export async function readIdMaps(ref: NamespaceRef): Promise<IdMaps> {
  using namespace = Namespace.open('user', ref)
  using own = Namespace.open('user', 0)
  if (namespace.equals(own))
    return parse(FILES.map((name) => readFileSync(`/proc/self/${name}`, 'latin1')))
  return await inside({ user: namespace }, (plan) => {
    const regions = FILES.map((name) => readInto(plan, `self/${name}`))
    return (memory) => parse(regions.map((region) => textOf(memory(region))))
  })
}

function parse([uid = '', gid = '', setgroups = '']: readonly string[]): IdMaps {
  return {
    uid: parseRanges(uid),
    gid: parseRanges(gid),
    setgroups: setgroups.trim() === 'deny' ? 'deny' : 'allow',
  }
}

function readInto(plan: Plan, path: string): Region {
  const region = plan.memory.allocate(LONGEST)
  plan.in('mapped').readFile(plan.proc, path, region, { namespace: 'user', operation: 'read' })
  return region
}
