// A process that makes starts on demand: forked by rounds.ts, with the floor's program and the MiB of its heap as arguments.
import { contenders } from './contenders.ts'
import { openFloor } from './floor.ts'
import { fillHeap } from './heap.ts'
import { measureStalls } from './stalls.ts'

/** What the coordinator asks for. */
export type Request = { readonly contender: string; readonly stallSeconds?: number }

const [program = '', heapMiB = '0'] = process.argv.slice(2)
const all = contenders(openFloor(program, Number(heapMiB)))
const held = fillHeap(Number(heapMiB))

process.on('message', async ({ contender, stallSeconds }: Request) => {
  const found = all.find(({ name }) => name === contender)
  if (!found) throw new Error(`no contender is called '${contender}'`)
  process.send?.(await (stallSeconds ? measureStalls(found, stallSeconds) : found.start()))
})
process.on('disconnect', () => process.exit(held.length < 0 ? 1 : 0))
process.send?.(all.map(({ name, set, text }) => ({ name, set, text })))
