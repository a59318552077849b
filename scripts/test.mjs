// Runs the tests as whoever calls, and when that is root once more as an ordinary user.
//
//   pnpm test [--lane root|user] [arguments for vitest]
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from './build.mjs'

const repository = fileURLToPath(new URL('..', import.meta.url))
const root = process.getuid() === 0
const { lanes, rest } = readArguments(process.argv.slice(2))

build()

const results = lanes.map((lane) => runLane(lane, rest))
const skipped = results.flatMap((result) => result.skipped)
const passed = sum('passed')
const failed = sum('failed')
const unwanted = process.env.CI === 'true' && skipped.length > 0

for (const test of skipped) console.log(`skipped: ${test}`)
if (unwanted) console.log('In CI a skipped test is a failure.')
console.log(`${passed} passed, ${failed} failed, ${skipped.length} skipped`)
process.exitCode = failed > 0 || passed === 0 || unwanted ? 1 : 0

function readArguments(args) {
  const at = args.findIndex((arg) => arg === '--lane' || arg.startsWith('--lane='))
  const own = at < 0 ? [] : args.splice(at, args[at] === '--lane' ? 2 : 1)
  const { lane } = parseArgs({ args: own, options: { lane: { type: 'string' } } }).values
  const possible = root ? ['root', 'user'] : ['user']
  if (lane && !possible.includes(lane)) {
    console.error(`--lane ${lane}: here it can be ${possible.join(' or ')}`)
    process.exit(2)
  }
  return { lanes: lane ? [lane] : possible, rest: args.filter((arg) => arg !== '--') }
}

function runLane(lane, args) {
  // Not `os.tmpdir()`, which may be root's own: the ordinary user writes here.
  const results = mkdtempSync('/tmp/ns-test-')
  chmodSync(results, 0o777)
  try {
    return run(lane, args, join(results, 'tally.json'))
  } finally {
    rmSync(results, { recursive: true })
  }
}

function run(lane, args, tallyFile) {
  console.log(`\ntests in the lane '${lane}'`)
  const asUser = root && lane === 'user' ? ['scripts/as-user.sh', 'nsuser'] : []
  const reporters = ['--reporter=default', '--reporter=./scripts/tally.mjs']
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--configLoader=runner', ...reporters]
  // A filter may select files of the other lane only; if nothing runs in any, that fails below.
  if (args.length > 0) vitest.push('--passWithNoTests')
  const [file, ...rest] = [...asUser, nodeInRepository(), ...vitest, ...args]
  const { status, error } = spawnSync(file, rest, {
    cwd: repository,
    env: { ...process.env, NS_LANE: lane, NS_TALLY: tallyFile },
    stdio: 'inherit',
  })
  if (error) console.error(`${error}`)
  const tally = readTally(tallyFile)
  // vitest also fails when it found no test, and when it could not start.
  if (status !== 0 && tally.failed === 0) tally.failed = 1
  return { ...tally, skipped: tally.skipped.map((test) => `[${lane}] ${test}`) }
}

/** As a relative path: the ordinary user may see the repository at another place. */
function nodeInRepository() {
  const path = relative(repository, process.execPath)
  return path.startsWith('..') ? process.execPath : path
}

function readTally(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return { passed: 0, failed: 0, skipped: [] }
  }
}

function sum(key) {
  return results.reduce((total, result) => total + result[key], 0)
}
