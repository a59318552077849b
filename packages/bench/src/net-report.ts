import { arch, cpus, release } from 'node:os'
import type { NetSeries } from './net-rounds.ts'
import { quantile, type Ratio, ratio } from './statistics.ts'

/** `docs/performance-net.md`. */
export function netReport(series: readonly NetSeries[], rounds: number): string {
  const machine = `Linux ${release()}, ${arch()}, ${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}, Node.js ${process.version}`
  return [
    '# Performance of networks',
    '',
    'Written by `pnpm bench:net`: `@ns/net` and `@ns/netlink` beside the programs that do the same, in a network namespace of the',
    "measurement's own, in turns and in an order of each round's own. Cells: median (quartiles) in ms; the ratio of medians, and",
    'where it lies in 95 of 100 resamples. What takes the work back is not counted.',
    '',
    `Machine: ${machine}. ${rounds} rounds.`,
    '',
    '| what | by us, ms | by | ms | takes so many times as long | wanted | |',
    '|---|---|---|---|---|---|---|',
    ...series.map(({ what, by, wish, ours, theirs }) => {
      const times = ratio(theirs, ours)
      const met = times.value >= wish ? 'met' : '**not met**'
      return `| ${[what, spread(ours), by, spread(theirs), interval(times), `≥ ${wish}`, met].join(' | ')} |`
    }),
    '',
  ].join('\n')
}

function spread(values: readonly number[]): string {
  const [low, middle, high] = [0.25, 0.5, 0.75].map((share) => quantile(values, share).toFixed(2))
  return `${middle} (${low}–${high})`
}

function interval({ value, low, high }: Ratio): string {
  return `${value.toFixed(1)} (${low.toFixed(1)}–${high.toFixed(1)})`
}
