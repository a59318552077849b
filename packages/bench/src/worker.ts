// A process that makes starts on demand: forked by rounds.ts, with the floor's directory, the MiB of its heap, and whose starts
// it makes as arguments.
import { type Contender, contenders, type Sample } from './contenders.ts'
import { openFloor } from './floor.ts'
import { fillHeap } from './heap.ts'
import { measureStalls } from './stalls.ts'
import { mean } from './statistics.ts'

/** What the coordinator asks for. */
export type Request = { readonly contender: string } & (
  | { readonly starts: number }
  | { readonly stallSeconds: number }
)

const [directory = '', heapMiB = '0', starter] = process.argv.slice(2)
const floor = starter === 'floor' ? openFloor(directory, Number(heapMiB)) : async () => Number.NaN
const all = contenders(floor).filter(({ by }) => by === starter)
const held = fillHeap(Number(heapMiB))

process.on('message', async (request: Request) => {
  const found = all.find(({ name }) => name === request.contender)
  if (!found) throw new Error(`no contender is called '${request.contender}'`)
  process.send?.(
    await ('starts' in request
      ? startInARow(found, request.starts)
      : measureStalls(found, request.stallSeconds)),
  )
})
process.on('disconnect', () => process.exit(held.length < 0 ? 1 : 0))
process.send?.(all.map(({ name, set, text }) => ({ name, set, text })))

/** So many starts, one after the other: their mean. */
async function startInARow({ start }: Contender, starts: number): Promise<Sample> {
  const samples: Sample[] = []
  for (let i = 0; i < starts; i++) samples.push(await start())
  const blocked = samples.flatMap(({ blocked }) => blocked ?? [])
  return {
    total: mean(samples.map(({ total }) => total)),
    ...(blocked.length > 0 && { blocked: mean(blocked) }),
  }
}
