import { loadavg } from 'node:os'
import { interval, machine, spread } from './cells.ts'
import type { LineSeries } from './lab-lines.ts'
import type { NetSeries } from './net-pair.ts'
import { median, ratio } from './statistics.ts'

/** `docs/performance-net.md`. */
export function netReport(
  series: readonly NetSeries[],
  lines: readonly LineSeries[],
  rounds: number,
): string {
  return [
    '# Performance of networks',
    '',
    'Written by `pnpm bench:net`: `@ns/net` and `@ns/netlink` beside the programs that do the same, in a network namespace of the',
    "measurement's own, in turns and in an order of each round's own. Cells: median (quartiles) in ms; the ratio of medians, and",
    'where it lies in 95 of 100 resamples. What takes the work back is not counted.',
    '',
    `Machine: ${machine()}. ${rounds} rounds; load average of the last quarter of an hour ${loadavg()[2]?.toFixed(1)}.`,
    '',
    '| what | by us, ms | by | ms | takes so many times as long | wanted | |',
    '|---|---|---|---|---|---|---|',
    ...series.map(({ what, by, wish, ours, theirs }) => {
      const times = ratio(theirs, ours)
      const met = times.value >= wish ? 'met' : '**not met**'
      return `| ${[what, spread(ours), by, spread(theirs), interval(times, 1), `≥ ${wish}`, met].join(' | ')} |`
    }),
    '',
    '## Lines of a lab',
    '',
    'One stream of TCP from a node of `@ns/lab` to another, 64 MiB each time, by the emulator in JavaScript: median (quartiles) of what',
    'is carried, in Mbit/s.',
    '',
    '| impairments | backend | Mbit/s | wanted | |',
    '|---|---|---|---|---|',
    ...lines.map(({ what, backend, wish, carried }) => {
      const verdict = median(carried) >= (wish ?? 0) ? 'met' : '**not met**'
      const wanted = wish === undefined ? ['', ''] : [`≥ ${wish}`, verdict]
      return `| ${[what, backend, spread(carried, 0), ...wanted].join(' | ')} |`
    }),
    '',
  ].join('\n')
}
