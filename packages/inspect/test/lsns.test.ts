import { spawnSync } from 'node:child_process'
import { CLONE_NEW, type NamespaceType, namespaceTypes, procName } from '@ns/syscalls'
import { asCaller, checkLeaks, needs, program, rootInside, running } from '@ns/testkit'
import { beforeEach, expect, test } from 'vitest'
import { type Listing, list } from '../src/index.ts'

checkLeaks()
beforeEach(needs(program('lsns')))

/** A line of lsns, as it prints it in JSON. */
interface Line {
  readonly ns: number
  readonly type: string
  readonly path: string
  readonly nprocs: number
  readonly pid: number
  readonly ppid: number
  readonly command: string
  readonly uid: number
  readonly netnsid: string | null
  readonly pns: number
  readonly ons: number
}

const COLUMNS = 'NS,TYPE,PATH,NPROCS,PID,PPID,COMMAND,UID,NETNSID,PNS,ONS'

test('D7, D10: every entry of lsns is one of ours, and they agree in every column', async () => {
  const fresh = (type: NamespaceType) => ({ type, flags: CLONE_NEW[type], steps: () => {} })
  const all = namespaceTypes.filter((type) => type !== 'user').map(fresh)
  await using _all = await running([rootInside(), ...all])
  await using _uts = await running(asCaller([fresh('uts')]))
  const { listing, lines } = await atOneTime()
  const ours = new Map(linesOf(listing).map((line) => [line.ns, line]))
  const inodes = listing.namespaces.map(({ inode }) => inode)
  expect(inodes).toEqual(expect.arrayContaining(lines.map(({ ns }) => ns)))
  expect(lines.length).toBeGreaterThanOrEqual(17)
  for (const line of lines.filter(({ nprocs }) => nprocs > 0))
    expect(ours.get(line.ns)).toEqual(line)
  const known = new Set(lines.map(({ ns }) => ns))
  const more = linesOf(listing).filter(({ ns, nprocs }) => nprocs > 0 && !known.has(ns))
  expect(more).toEqual([])
})

/** What both say of the same moment: ours is the same before and after. */
async function atOneTime(): Promise<{ listing: Listing; lines: readonly Line[] }> {
  const end = performance.now() + 50_000 // on a machine with more to do, quiet moments are rare
  while (performance.now() < end) {
    const before = list()
    const { stdout } = spawnSync('lsns', ['--json', '--list', '--output', COLUMNS], {
      encoding: 'utf8',
    })
    const listing = list()
    if (JSON.stringify(before) !== JSON.stringify(listing)) continue
    const lines = (JSON.parse(stdout) as { namespaces: Line[] }).namespaces.map(withoutItself)
    return { listing, lines }
  }
  throw new Error('this machine is never the same twice')
}

/** lsns counts itself, in the namespaces that it has from us. */
function withoutItself(line: Line): Line {
  const isOwn = list({ pid: process.pid }).namespaces.some(({ inode }) => inode === line.ns)
  return isOwn ? { ...line, nprocs: line.nprocs - 1 } : line
}

/** Our listing in the terms of lsns, as far as it has processes: without, versions of lsns differ. */
function linesOf({ namespaces, processes }: Listing): Line[] {
  return namespaces.flatMap(({ type, inode, processes: pids, owner, parent, netnsid }) => {
    const lowest = processes.find(({ pid }) => pid === pids[0])
    if (!lowest) return []
    return {
      ns: inode,
      type: procName(type),
      path: `/proc/${lowest.pid}/ns/${procName(type)}`,
      nprocs: pids.length,
      pid: lowest.pid,
      ppid: lowest.parent,
      command: lowest.command,
      uid: lowest.uid,
      netnsid: netnsid === undefined ? null : `${netnsid}`,
      pns: parent ?? 0,
      ons: owner ?? 0,
    }
  })
}
