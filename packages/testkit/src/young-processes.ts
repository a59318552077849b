import { readdirSync, readFileSync } from 'node:fs'

/** A line of `/proc/PID/stat`, as far as it tells whose it is. */
export interface ProcessStat {
  readonly pid: number
  readonly parent: number
  readonly name: string
  readonly state: string
  /** Ticks after boot. */
  readonly start: number
}

/** Pids of processes that are older than this one. They are most of a machine's, and none is its child or orphan. */
let older: ReadonlySet<string> = new Set()

/** All processes that are not older than this one, itself included. Only these are read, each time. */
export function youngProcesses(): ProcessStat[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  const own = readStat('self')?.start ?? 0
  const stillOlder = new Set<string>()
  const young: ProcessStat[] = []
  for (const pid of pids) {
    const stat = older.has(pid) ? 'older' : readStat(pid)
    if (stat === 'older' || (stat && stat.start < own)) stillOlder.add(pid)
    else if (stat) young.push(stat)
  }
  // Who is gone is forgotten: its number may come back.
  older = stillOlder
  return young
}

/** Those among them that descend from this process, zombies too. */
export function descendants(processes: readonly ProcessStat[]): ProcessStat[] {
  const parents = new Map(processes.map(({ pid, parent }) => [pid, parent]))
  const descends = (pid: number | undefined): boolean =>
    pid !== undefined && (pid === process.pid || descends(parents.get(pid)))
  return processes.filter(({ parent }) => descends(parent))
}

function readStat(pid: string): ProcessStat | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [, name = '', rest = ''] = stat.match(/^\d+ \((.*)\) (.*)$/s) ?? []
    // proc_pid_stat(5): (3) state, (4) ppid, …, (22) starttime.
    const fields = rest.trimEnd().split(' ')
    const [state = '', parent] = fields
    return {
      pid: Number.parseInt(stat, 10),
      name,
      state,
      parent: Number(parent),
      start: Number(fields[19]),
    }
  } catch {
    return undefined // gone meanwhile
  }
}
