import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type Contender, type Sample, type Starter, starters } from './contenders.ts'
import type { Stalls } from './stalls.ts'
import { shuffle } from './statistics.ts'
import type { Request } from './worker.ts'

/** MiB of live heap in the parents that take part. */
const HEAPS = { small: 0, large: 1024 } as const
export type Heap = keyof typeof HEAPS

/** What one contender did in one parent: a value for each round. */
export interface Series extends Pick<Contender, 'name' | 'set' | 'text'> {
  readonly heap: Heap
  readonly total: number[]
  /** Empty where no call of Node's main thread makes the start. */
  readonly blocked: number[]
}

/** Event loop stalls under a rate of starts: a value for each segment. */
interface StallSeries {
  readonly name: string
  readonly p99: number[]
  readonly longest: number[]
  readonly rate: number[]
}

/** One run, by one user. */
export interface Run {
  readonly user: string
  readonly rounds: number
  readonly series: readonly Series[]
  readonly stalls: readonly StallSeries[]
}

/** How much is measured. */
export interface Extent {
  readonly rounds: number
  readonly segments: number
  /** Contenders whose stalls are measured. */
  readonly stalls: readonly string[]
}

const WARM_UP = 10
/** Starts that follow each other in a turn: its figure is their mean. */
const IN_A_ROW = 5
const SEGMENT_SECONDS = 2

interface Worker {
  readonly heap: Heap
  readonly process: ChildProcess
  readonly contenders: readonly Pick<Contender, 'name' | 'set' | 'text'>[]
}

/** Measures everything once per round, in an order of its own. */
export async function measure(directory: string, extent: Extent): Promise<Run> {
  const heaps = Object.keys(HEAPS) as Heap[]
  const workers = await Promise.all(
    heaps.flatMap((heap) => starters.map((by) => openWorker(directory, heap, by))),
  )
  const all = workers.flatMap((worker) =>
    worker.contenders.map((contender) => ({
      worker,
      series: { ...contender, heap: worker.heap, total: [] as number[], blocked: [] as number[] },
    })),
  )
  for (let round = -WARM_UP; round < extent.rounds; round++)
    for (const { worker, series } of shuffle(all)) {
      const { total, blocked } = await ask<Sample>(worker, {
        contender: series.name,
        starts: IN_A_ROW,
      })
      if (round < 0) continue
      series.total.push(total)
      if (blocked !== undefined) series.blocked.push(blocked)
    }
  const stalls = await measureStalls(workers, extent)
  for (const worker of workers) worker.process.disconnect()
  const user = process.getuid?.() === 0 ? 'root' : `uid ${process.getuid?.()}`
  return { user, rounds: extent.rounds, series: all.map(({ series }) => series), stalls }
}

async function measureStalls(
  workers: readonly Worker[],
  { stalls, segments }: Extent,
): Promise<StallSeries[]> {
  const all = stalls.map((name): StallSeries => ({ name, p99: [], longest: [], rate: [] }))
  for (let segment = 0; segment < segments; segment++)
    for (const series of shuffle(all)) {
      const request = { contender: series.name, stallSeconds: SEGMENT_SECONDS }
      const worker = workers.find(
        ({ heap, contenders }) =>
          heap === 'small' && contenders.some((it) => it.name === series.name),
      ) as Worker
      const { p99, longest, rate } = await ask<Stalls>(worker, request)
      series.p99.push(p99)
      series.longest.push(longest)
      series.rate.push(rate)
    }
  return all
}

async function openWorker(directory: string, heap: Heap, by: Starter): Promise<Worker> {
  const worker = fork(
    fileURLToPath(new URL('./worker.ts', import.meta.url)),
    [directory, `${HEAPS[heap]}`, by],
    { execArgv: ['--max-old-space-size=4096'] },
  )
  const contenders = await answer<Worker['contenders']>(worker)
  return { heap, process: worker, contenders }
}

function ask<Answer>(worker: Worker, request: Request): Promise<Answer> {
  worker.process.send(request)
  return answer(worker.process)
}

async function answer<Answer>(worker: ChildProcess): Promise<Answer> {
  const ended = new AbortController()
  try {
    return await Promise.race([
      once(worker, 'message', { signal: ended.signal }).then(([message]) => message as Answer),
      once(worker, 'exit', { signal: ended.signal }).then(([code]): never => {
        throw new Error(`a worker has ended with ${code}`)
      }),
    ])
  } finally {
    ended.abort()
  }
}
