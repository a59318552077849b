// Measures as whoever calls, and when that is root once more as an ordinary user. All rounds: docs/performance.md is written.
//
//   pnpm bench [--rounds N] [--json]
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { compileFloor } from './floor.ts'
import { report } from './report.ts'
import { measure, type Run } from './rounds.ts'

const ROUNDS = 100
const STALLS = ['node none', 'launch none', 'launch four', 'launch four init', 'launch eight']

const { values } = parseArgs({
  options: { rounds: { type: 'string' }, json: { type: 'boolean', default: false } },
})
const rounds = Number(values.rounds ?? ROUNDS)
const repository = fileURLToPath(new URL('../../..', import.meta.url))
const document = `${repository}docs/performance.md`

const own = await measureHere()
if (values.json) console.log(JSON.stringify(own))
else publish(process.getuid?.() === 0 ? [own, measureAsUser()] : [own])

async function measureHere(): Promise<Run> {
  const directory = mkdtempSync('/tmp/ns-bench-')
  try {
    const segments = Math.max(1, Math.round(rounds / 30))
    compileFloor(directory)
    return await measure(directory, { rounds, segments, stalls: STALLS })
  } finally {
    rmSync(directory, { recursive: true })
  }
}

/** By relative paths: the user may see the repository at another place. */
function measureAsUser(): Run {
  const args = ['nsuser', relative(repository, process.execPath)]
  const self = relative(repository, fileURLToPath(import.meta.url))
  const output = execFileSync(
    'scripts/as-user.sh',
    [...args, self, '--json', '--rounds', `${rounds}`],
    { cwd: repository, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 2 ** 28 },
  )
  return JSON.parse(output)
}

/** A short run is for looking, not for keeping. */
function publish(runs: readonly Run[]): void {
  const text = report(runs)
  console.log(text)
  if (rounds >= ROUNDS) writeFileSync(document, text)
}
