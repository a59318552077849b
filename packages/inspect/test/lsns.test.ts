import { spawnSync } from 'node:child_process'
import { readlinkSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { CLONE_NEW, type NamespaceType, namespaceTypes, procName } from '@ns/syscalls'
import {
  asCaller,
  checkLeaks,
  needs,
  output,
  ownMounts,
  program,
  rootInside,
  running,
} from '@ns/testkit'
import { beforeEach, describe, expect, test } from 'vitest'
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
  readonly nsfs: string | null
  readonly pns: number
  readonly ons: number
}

const command = [
  'lsns',
  ['--json', '--list', '--output', 'NS,TYPE,PATH,NPROCS,PID,PPID,COMMAND,UID,NETNSID,NSFS,PNS,ONS'],
  { encoding: 'utf8' },
] as const
const linesIn = (json: string) => (JSON.parse(json) as { namespaces: Line[] }).namespaces
const fresh = (type: NamespaceType) => ({ type, flags: CLONE_NEW[type], steps: () => {} })

test('D7: on this machine, whatever else goes on: what lsns says of namespaces that stay, so do we', async () => {
  const all = namespaceTypes.filter((type) => type !== 'user').map(fresh)
  await using every = await running([rootInside(), ...all])
  await using uts = await running(asCaller([fresh('uts')]))
  const { stdout } = spawnSync(...command)
  const listing = list()
  const isThere = ({ type, pid, ns }: Line) => linkOf(pid, type) === `${type}:[${ns}]`
  const lines = linesIn(stdout).filter(({ nprocs }) => nprocs > 0)
  const inodes = listing.namespaces.map(({ inode }) => inode)
  expect(inodes).toEqual(expect.arrayContaining(lines.filter(isThere).map(({ ns }) => ns)))
  const ours = new Map(linesOf(listing).map((line) => [line.ns, line]))
  const isTheirs = ({ pid }: Line) => pid === every.pid || pid === uts.pid
  const compared = lines.filter(isTheirs)
  expect(compared.length).toBeGreaterThanOrEqual(namespaceTypes.length + 1)
  for (const line of compared) expect(ours.get(line.ns)).toEqual(line)
})

describe('where all is our own, every entry in every column', () => {
  const index = fileURLToPath(new URL('../src/index.ts', import.meta.url))
  /** A network namespace with a process is bound to two files; one of each other kind has nothing but a file. */
  const script = `
    import { execSync, spawn, spawnSync } from 'node:child_process'
    import { existsSync } from 'node:fs'
    import { list } from '${index}'
    const run = (command) => execSync(command, { stdio: 'inherit' })
    run('mount -t proc proc /proc && mount -t tmpfs tmpfs /run && touch /run/a /run/b /run/uts /run/ipc')
    const sleeper = spawn('unshare', ['--net=/run/a', 'sh', '-c', 'touch /run/ready; exec sleep 600'])
    while (!existsSync('/run/ready')) await new Promise(setImmediate)
    run('mount --bind /run/a /run/b; unshare --uts=/run/uts true; unshare --ipc=/run/ipc true')
    const lsns = spawnSync(...${JSON.stringify(command)}).stdout
    const listing = list()
    sleeper.kill('SIGKILL')
    console.log(JSON.stringify({ lsns, listing, own: process.pid }))`

  test('D7, D10: processes, files, netnsid, parent and owner; and what only a file keeps', async () => {
    const { stdout, stderr } = await output(asCaller([ownMounts(), fresh('pid')]), {
      file: process.execPath,
      args: ['--conditions=@ns/source', '--input-type=module', '-e', script],
      capabilities: 'keep',
    })
    expect(stderr).toBe('')
    const { lsns, listing } = JSON.parse(stdout) as { lsns: string; listing: Listing }
    const ours = linesOf(listing)
    const own = ours.find(({ type }) => type === 'pid')?.pid
    // lsns counts itself, in the namespaces that it has from Node.js.
    const theirs = linesIn(lsns).map((line) =>
      line.pid === own ? { ...line, nprocs: line.nprocs - 1 } : line,
    )
    const byInode = (a: Line, b: Line) => a.ns - b.ns
    expect(ours.sort(byInode)).toEqual(theirs.filter(({ nprocs }) => nprocs > 0).sort(byInode))
    expect(ours.find(({ nsfs }) => nsfs !== null)).toMatchObject({
      type: 'net',
      nsfs: '/run/a\n/run/b',
      command: 'sleep 600',
    })
    const kept = listing.namespaces.filter(({ processes }) => processes.length === 0)
    expect(kept.map(({ type, mounts, owner }) => [type, ...mounts, owner]).sort()).toEqual([
      ['ipc', '/run/ipc', expect.any(Number)],
      ['uts', '/run/uts', expect.any(Number)],
    ])
    // lsns shows them from version 2.39 on.
    const persistent = theirs.filter(({ nprocs }) => nprocs === 0).map(({ ns }) => ns)
    expect(kept.map(({ inode }) => inode)).toEqual(expect.arrayContaining(persistent))
  })
})

function linkOf(pid: number, type: string): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/${type}`)
  } catch {
    return '' // gone
  }
}

/** Our listing in the terms of lsns, as far as it has processes. */
function linesOf({ namespaces, processes }: Listing): Line[] {
  return namespaces.flatMap(({ type, inode, processes: pids, mounts, owner, parent, netnsid }) => {
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
      nsfs: mounts.length > 0 ? mounts.join('\n') : null,
      pns: parent ?? 0,
      ons: owner ?? 0,
    }
  })
}
