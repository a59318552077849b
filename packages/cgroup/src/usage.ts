import { readKeyed, readNumber, readText } from './files.ts'

/** What a cgroup and all below it have used; what is absent takes a controller that it doesn't have. */
export interface CgroupUsage {
  /** `ms`, since it was made. */
  readonly cpu: {
    readonly total: number
    readonly user: number
    readonly system: number
    /** `ms` for which `cpu.max` held it up. */
    readonly throttled?: number | undefined
  }
  /** Bytes; `peak` from Linux 5.19. */
  readonly memory?:
    | {
        readonly current: number
        readonly peak?: number | undefined
        readonly swap?: number | undefined
        /** `memory.stat`: `anon`, `file`, `kernel`, … */
        readonly stat: Readonly<Record<string, number>>
      }
    | undefined
  /** `peak` from Linux 6.1. */
  readonly pids?: { readonly current: number; readonly peak?: number | undefined } | undefined
  /** By device: `rbytes` `wbytes` `rios` `wios` `dbytes` `dios`. */
  readonly io?: Readonly<Record<string, Readonly<Record<string, number>>>> | undefined
}

/** Reads what has been used so far. */
export function readUsage(directory: string): CgroupUsage {
  const cpu = readKeyed(`${directory}/cpu.stat`) ?? {}
  const ms = (key: string) => (cpu[key] ?? 0) / 1000
  const current = readNumber(`${directory}/memory.current`)
  const tasks = readNumber(`${directory}/pids.current`)
  const io = readText(`${directory}/io.stat`)
  return {
    cpu: {
      total: ms('usage_usec'),
      user: ms('user_usec'),
      system: ms('system_usec'),
      ...('throttled_usec' in cpu ? { throttled: ms('throttled_usec') } : {}),
    },
    memory:
      current === undefined
        ? undefined
        : {
            current,
            peak: readNumber(`${directory}/memory.peak`),
            swap: readNumber(`${directory}/memory.swap.current`),
            stat: readKeyed(`${directory}/memory.stat`) ?? {},
          },
    pids:
      tasks === undefined
        ? undefined
        : { current: tasks, peak: readNumber(`${directory}/pids.peak`) },
    io: io === undefined ? undefined : parseIo(io),
  }
}

/** `8:0 rbytes=1 wbytes=2 …` */
export function parseIo(text: string): Readonly<Record<string, Readonly<Record<string, number>>>> {
  const lines = text.split('\n').filter((line) => line.includes('='))
  return Object.fromEntries(
    lines.map((line) => {
      const [device = '', ...pairs] = line.trim().split(' ')
      return [
        device,
        Object.fromEntries(pairs.map((pair) => [pair.split('=')[0], Number(pair.split('=')[1])])),
      ]
    }),
  )
}
