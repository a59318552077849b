// Runs the tests as whoever calls, and when that is root once more as an ordinary user, and those that take subordinate
// ids as a user who has some. Then the core once more, as an ordinary user, where clone3 answers ENOSYS, as
// it does in containers.
//
// The lane `root` and all others run at the same time: most tests wait more than they compute, and each counts the fds,
// processes and namespaces of its own process, and the mounts of its lane's own mount namespace.
//
// What ordinary users have passed is not run again until a file, the kernel or Node.js changes (turbo's cache); what
// root does is never served from a cache.
//
//   pnpm test [--lane root|user|subids|user-no-clone3] [--force] [arguments for vitest]
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { release } from 'node:os'
import { buffer } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from './build.mjs'

process.chdir(fileURLToPath(new URL('..', import.meta.url)))
const root = process.getuid() === 0
const { lanes, force, args } = readArguments(process.argv.slice(2))

build()

const [first, ...others] = lanes
// One is seen as it goes, the others' output comes whole.
const [seen, unseen] = await Promise.all([runLane(first, 'inherit'), inSequence(others)])
for (const { output } of unseen) process.stdout.write(output)
const results = [seen, ...unseen]
const skipped = named('skipped')
const passed = sum('passed')
const failed = sum('failed')
const unwanted = process.env.CI === 'true' && skipped.length > 0

for (const { lane, durations } of results) printSlowest(lane, durations)
for (const test of skipped) console.log(`skipped: ${test}`)
for (const test of named('retried')) console.log(`only at the second try: ${test}`)
for (const test of named('failures')) console.log(`failed: ${test}`)
if (unwanted) console.log('In CI a skipped test is a failure.')
console.log(`${passed} passed, ${failed} failed, ${skipped.length} skipped`)
process.exitCode = failed > 0 || passed === 0 || unwanted ? 1 : 0

function readArguments(args) {
  const at = args.findIndex((arg) => arg === '--lane' || arg.startsWith('--lane='))
  const own = at < 0 ? [] : args.splice(at, args[at] === '--lane' ? 2 : 1)
  const { lane } = parseArgs({ args: own, options: { lane: { type: 'string' } } }).values
  const plain = root ? ['root', 'user', 'subids'] : ['user']
  const possible = [...plain, 'user-no-clone3']
  if (lane && !possible.includes(lane)) {
    console.error(`--lane ${lane}: here it can be ${possible.join(' or ')}`)
    process.exit(2)
  }
  const rest = args.filter((arg) => !['--', '--force'].includes(arg))
  // Who selects tests wants to know whether these pass: the lane without clone3 is for all of them.
  const lanes = lane ? [lane] : rest.length > 0 ? plain : possible
  return { lanes, force: args.includes('--force'), args: rest }
}

async function inSequence(lanes) {
  const results = []
  for (const lane of lanes) results.push(await runLane(lane, 'pipe'))
  return results
}

async function runLane(lane, stdout) {
  if (lane === 'user-no-clone3' && spawnSync('cc', ['--version']).error)
    return tallyOf(lane, { skipped: ['all: no C compiler for the seccomp filter'] })
  const [file, ...words] = lane === 'root' || args.length > 0 ? directly(lane) : cached(lane)
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', NS_MACHINE: machine() }
  const child = spawn(file, words, { env, stdio: ['inherit', stdout, stdout] })
  const printed = Promise.all([child.stdout, child.stderr].map((it) => it && buffer(it)))
  const [status] = await once(child, 'close').catch((error) => {
    console.error(`${error}`)
    return [1]
  })
  const tally = readTally(lane)
  // vitest also fails when it found no test, and when it could not start.
  if (status !== 0 && tally.failed === 0) tally.failed = 1
  return { ...tally, output: Buffer.concat((await printed).map((it) => it ?? Buffer.of())) }
}

function directly(lane) {
  return [process.execPath, 'scripts/lane.mjs', lane, ...args]
}

function cached(lane) {
  const options = ['--log-prefix=none', '--env-mode=loose', ...(force ? ['--force'] : [])]
  return ['turbo', 'run', `//#lane:${lane}`, ...options]
}

/** What the tests of ordinary users depend on beside the files: `NS_*` in turbo.json. */
function machine() {
  return [release(), process.arch, process.version, process.getuid()].join(' ')
}

function readTally(lane) {
  try {
    return tallyOf(lane, JSON.parse(readFileSync(`.lanes/${lane}.json`, 'utf8')))
  } catch {
    return tallyOf(lane, {})
  }
}

function tallyOf(lane, tally) {
  const none = { passed: 0, failed: 0, failures: [], retried: [], skipped: [], durations: [] }
  return { ...none, ...tally, lane, output: '' }
}

/** CI has to be done in 20 minutes: who makes it slower should see where. */
function printSlowest(lane, durations) {
  if (durations.length === 0) return
  const seconds = (ms) => `${Math.round(ms / 1000)} s`
  const total = durations.reduce((all, { ms }) => all + ms, 0)
  const slowest = durations.toSorted((a, b) => b.ms - a.ms).slice(0, 10)
  console.log(`slowest of ${lane}'s ${seconds(total)}:`)
  for (const { file, ms } of slowest) console.log(`  ${seconds(ms).padStart(6)}  ${file}`)
}

/** Tests with the lane in which they were skipped, or failed. */
function named(key) {
  return results.flatMap(({ lane, [key]: tests }) => tests.map((test) => `[${lane}] ${test}`))
}

function sum(key) {
  return results.reduce((total, result) => total + result[key], 0)
}
