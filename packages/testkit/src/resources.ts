import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { isLink } from './links.ts'
import { nftTables } from './nft-tables.ts'
import { descendants, type ProcessStat, youngProcesses } from './young-processes.ts'

/** What a test could leave behind. */
export interface Resources {
  /** Of this process: number and what it is. */
  readonly fds: readonly string[]
  /** Descendants of this process, zombies too, and orphans that carry its mark in their environment. */
  readonly processes: readonly string[]
  /** Namespaces that those are in and this process is not. */
  readonly namespaces: readonly string[]
  readonly interfaces: readonly string[]
  /** Of nf_tables, in this process's network namespace. */
  readonly tables: readonly string[]
  /** `/proc/self/mountinfo`. */
  readonly mounts: readonly string[]
}

const MARK = `NS_TEST_PROCESS=${process.pid}`

/** From now on what this process starts carries its mark: an orphan's parent doesn't tell whose it was. */
export function markChildren(): void {
  process.env.NS_TEST_PROCESS = `${process.pid}`
}

/** Counts what there is now. */
export function countResources(): Resources {
  const processes = processesOfTest()
  const own = new Set(namespacesOf('self'))
  const foreign = processes.flatMap(({ pid }) => namespacesOf(pid)).filter((it) => !own.has(it))
  return {
    fds: openFds(),
    processes: processes.map(({ pid, name, state }) => `${pid} ${name} ${state}`),
    namespaces: [...new Set(foreign)].sort(),
    interfaces: lines('/proc/self/net/dev').map((line) => line.replace(/:.*/, '').trim()),
    tables: nftTables(),
    mounts: lines('/proc/self/mountinfo'),
  }
}

function lines(path: string): string[] {
  return readFileSync(path, 'utf8').trimEnd().split('\n')
}

function openFds(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    const target = tryTo(() => readlinkSync(`/proc/self/fd/${fd}`))
    return target === undefined ? [] : [`${fd} ${target}`]
  })
}

function processesOfTest(): ProcessStat[] {
  const all = youngProcesses()
  const own = new Set(descendants(all))
  return all.filter((it) => it.pid !== process.pid && (own.has(it) || hasMark(it.pid)))
}

function hasMark(pid: number): boolean {
  const environment = tryTo(() => readFileSync(`/proc/${pid}/environ`, 'latin1'))
  return environment?.split('\0').includes(MARK) ?? false
}

function namespacesOf(pid: number | 'self'): string[] {
  const names = tryTo(() => readdirSync(`/proc/${pid}/ns`)) ?? []
  return names
    .flatMap((name) => tryTo(() => readlinkSync(`/proc/${pid}/ns/${name}`)) ?? [])
    .filter(isLink)
}

/** What is looked at may end meanwhile, or may not be looked at. */
function tryTo<Value>(read: () => Value): Value | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
