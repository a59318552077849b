// Measures what @ns/net does against the programs that do the same, in a network and a mount namespace of its own. All
// rounds: docs/performance-net.md is written.
//
//   pnpm bench:net [--rounds N]
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { mount, tmpfs } from '@ns/mount'
import { net } from '@ns/net'
import { launch } from '@ns/syscalls'
import { user } from '@ns/user'
import { type LineSeries, measureLines } from './lab-lines.ts'
import type { NetSeries } from './net-pair.ts'
import { netReport } from './net-report.ts'
import { measureNet } from './net-rounds.ts'
import { median } from './statistics.ts'

const ROUNDS = 30
const INSIDE = 'NS_BENCH_NET'

const { values } = parseArgs({ options: { rounds: { type: 'string' } } })
const rounds = Number(values.rounds ?? ROUNDS)
const document = fileURLToPath(new URL('../../../docs/performance-net.md', import.meta.url))

if (process.env[INSIDE]) {
  const scratch = mkdtempSync('/run/ns-bench-')
  const series = await measureNet(scratch, rounds)
  const lines = await measureLines(scratch, Math.ceil(rounds / 5))
  rmSync(scratch, { recursive: true })
  const text = netReport(series, lines, rounds)
  if (rounds < ROUNDS) console.log(text)
  else writeFileSync(document, text)
  checkWishes(series, lines)
} else process.exitCode = await enter()

/** Once more, where nothing is the machine's own. */
async function enter(): Promise<number> {
  const contributions = [net(), mount({ mounts: [tmpfs('/run')] })]
  const isRoot = process.getuid?.() === 0
  const child = launch(isRoot ? contributions : [user({ map: 'root' }), ...contributions], {
    file: process.execPath,
    args: [...process.execArgv, ...process.argv.slice(1)],
    env: { ...process.env, [INSIDE]: '1' },
    capabilities: 'keep',
  })
  await child.started
  return (await child.exited).exitCode ?? 1
}

function checkWishes(series: readonly NetSeries[], lines: readonly LineSeries[]): void {
  const isSlow = series.some(({ wish, theirs, ours }) => median(theirs) / median(ours) < wish)
  if (isSlow || lines.some(({ wish = 0, carried }) => median(carried) < wish)) process.exitCode = 1
}
