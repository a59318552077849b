import { interval, machine, spread } from './cells.ts'
import type { Run } from './rounds.ts'
import { RATE } from './stalls.ts'
import { median, ratio } from './statistics.ts'
import { outcomes, seriesOf } from './wishes.ts'

/** `docs/performance.md`. */
export function report(runs: readonly Run[]): string {
  return [
    '# Performance',
    '',
    'Written by `pnpm bench` ([how it measures](../packages/bench/README.md)). Figures of different runs and machines do not',
    'compare; ratios within one run do. All start `/bin/true` and wait for its exit. Cells: median (quartiles). "1 GiB": with',
    'that much live heap in the parent. "Blocked": for how long the call holds the main thread. A figure is the mean of five starts',
    "in a row; ours, those of `child_process` and those of the floor have parents of their own: none pays for another's forks.",
    '',
    'The floor in C has no init as PID 1: it compares with `init: false`. With an init there is one process more, as in',
    '`bwrap`. The C floor keeps all fds, capabilities and groups; ours drops them, and reads back what was made.',
    '',
    'What a start of ours costs beside the floor: a second exec (the launcher comes before the command, so that nothing',
    'inside ever shares memory with Node.js; the floor has a row with one too, of a program that does nothing), the building of',
    'the program in JavaScript, the read-back of the identities and maps through `/proc`, and two wake-ups of the event loop',
    "(start, exit) where the floor's `waitid` needs one.",
    '',
    `Machine: ${machine()}.`,
    ...runs.flatMap(section),
    '',
  ].join('\n')
}

function section(run: Run): string[] {
  return [
    '',
    `## As ${run.user}, ${run.rounds} rounds`,
    ...[...new Set(run.series.map(({ set }) => set))].flatMap((set) => starts(run, set)),
    ...stalls(run),
    '',
    '### What is wanted',
    '',
    '| ratio of medians | wanted | measured (95 %) | |',
    '|---|---|---|---|',
    ...outcomes(run).map(
      ({ text, bound, ratio, met }) =>
        `| ${text} | ${bound} | ${interval(ratio)} | ${met ? 'met' : '**not met**'} |`,
    ),
  ]
}

function starts(run: Run, set: string): string[] {
  const own = run.series.filter((series) => series.set === set)
  const node = seriesOf(run.series, 'node none', 'small')
  return [
    '',
    `### Namespaces: ${set}`,
    '',
    '| | start to exit, ms | 1 GiB, ms | to `child_process.spawn` with none | blocked, ms | 1 GiB, ms |',
    '|---|---|---|---|---|---|',
    ...own
      .filter(({ heap }) => heap === 'small')
      .map(({ name, text, total, blocked }) => {
        const large = seriesOf(own, name, 'large')
        const cells = [
          text,
          spread(total),
          spread(large.total),
          interval(ratio(total, node.total)),
          spread(blocked),
          spread(large.blocked),
        ]
        return `| ${cells.join(' | ')} |`
      }),
  ]
}

function stalls({ stalls, series }: Run): string[] {
  const node = stalls.find(({ name }) => name === 'node none')
  if (!node) return []
  return [
    '',
    `### Stalls of the event loop at ${RATE} starts per second`,
    '',
    '| | p99, ms | to `child_process.spawn` | longest, ms | to `child_process.spawn` | starts per second |',
    '|---|---|---|---|---|---|',
    ...stalls.map(({ name, p99, longest, rate }) => {
      const { set, text } = seriesOf(series, name, 'small')
      const cells = [
        `${set}: ${text}`,
        spread(p99),
        interval(ratio(p99, node.p99)),
        spread(longest),
        interval(ratio(longest, node.longest)),
        median(rate).toFixed(0),
      ]
      return `| ${cells.join(' | ')} |`
    }),
  ]
}
