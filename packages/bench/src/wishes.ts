import type { Heap, Run, Series } from './rounds.ts'
import { sets } from './sets.ts'
import { type Ratio, ratio } from './statistics.ts'

/** A contender's figure in one of the parents. */
interface Figure {
  readonly contender: string
  /** @default 'total' */
  readonly of?: 'total' | 'blocked'
  /** @default 'small' */
  readonly heap?: Heap
}

/** A ratio that is wanted, and the bound that it shall keep. */
interface Wish {
  readonly text: string
  readonly above: Figure
  readonly below: Figure
  readonly bound: { readonly atMost: number } | { readonly atLeast: number }
}

/** A wish with what was measured. */
export interface Outcome {
  readonly text: string
  readonly bound: string
  readonly ratio: Ratio
  readonly met: boolean
}

const ours = ['launch', 'spawn'] as const

/** For one set of namespaces; `none` has no other tools to be compared with. */
function wishesOf(set: string): Wish[] {
  const floor = set === 'none' ? 'floor bare none' : `floor work ${set}`
  return ours.flatMap((our): Wish[] => {
    const contender = `${our} ${set}`
    const wish = (text: string, above: Figure, below: Figure, bound: Wish['bound']): Wish => ({
      text: `\`${our}\`, ${set}: ${text}`,
      above,
      below,
      bound,
    })
    const node = { contender: 'node none' }
    const { unshare, bwrap } = sets.find(({ name }) => name === set) ?? {}
    const others = [...(unshare ? ['unshare'] : []), ...(bwrap ? ['bwrap'] : [])]
    const slower = others.map((other) =>
      wish(
        `times as fast as \`${other}\``,
        { contender: `${other} ${set}` },
        { contender },
        { atLeast: 3 },
      ),
    )
    return [
      wish('start, to the C floor', { contender }, { contender: floor }, { atMost: 1.25 }),
      ...(set === 'none'
        ? []
        : [
            wish(
              'start, to the bare C floor',
              { contender },
              { contender: `floor bare ${set}` },
              { atMost: 1.25 },
            ),
          ]),
      wish('start, to `child_process.spawn` with none', { contender }, node, { atMost: 1 }),
      ...slower,
      wish(
        'start, with 1 GiB of heap to without',
        { contender, heap: 'large' },
        { contender },
        { atMost: 1.1 },
      ),
      wish(
        'main thread blocked, to `child_process.spawn`',
        { contender, of: 'blocked' },
        { ...node, of: 'blocked' },
        { atMost: 1 },
      ),
      wish(
        'main thread blocked with 1 GiB of heap, to `child_process.spawn`',
        { contender, of: 'blocked', heap: 'large' },
        { ...node, of: 'blocked', heap: 'large' },
        { atMost: 1 },
      ),
    ]
  })
}

/** What became of the wishes in a run, for every set that was measured. */
export function outcomes(run: Run): Outcome[] {
  const measured = [...new Set(run.series.map(({ set }) => set))]
  return measured.flatMap(wishesOf).map(({ text, above, below, bound }) => {
    const found = ratio(valuesOf(run, above), valuesOf(run, below))
    return 'atMost' in bound
      ? { text, bound: `≤ ${bound.atMost}`, ratio: found, met: found.value <= bound.atMost }
      : { text, bound: `≥ ${bound.atLeast}`, ratio: found, met: found.value >= bound.atLeast }
  })
}

function valuesOf(run: Run, { contender, heap = 'small', of = 'total' }: Figure): number[] {
  return seriesOf(run.series, contender, heap)[of]
}

/** What was measured of a contender in one of the parents. */
export function seriesOf(series: readonly Series[], name: string, heap: Heap): Series {
  const found = series.find((one) => one.name === name && one.heap === heap)
  if (!found) throw new Error(`no contender is called '${name}'`)
  return found
}
