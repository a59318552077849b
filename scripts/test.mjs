// Runs the tests as whoever calls, and when that is root once more as an ordinary user, and those that take subordinate
// ids as a user who has some. Then the core once more, as an ordinary user, where clone3 answers ENOSYS, as
// it does in containers.
//
//   pnpm test [--lane root|user|subids|user-no-clone3] [arguments for vitest]
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from './build.mjs'

/** The core, and the package whose namespaces are entered by a second clone; a placement in a cgroup takes clone3. */
const startsProcesses = ['syscalls', 'pid']
const withoutClone3 = '-no-clone3'
/** Whom root becomes, see as-user.sh. */
const users = { user: 'nsuser', subids: 'nssub' }

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
  const both = root ? ['root', 'user'] : ['user']
  const plain = root ? [...both, 'subids'] : both
  const possible = [...plain, `user${withoutClone3}`]
  if (lane && !possible.includes(lane)) {
    console.error(`--lane ${lane}: here it can be ${possible.join(' or ')}`)
    process.exit(2)
  }
  const rest = args.filter((arg) => arg !== '--')
  // Who selects tests wants to know whether these pass: the lane without clone3 is for all of them.
  return { lanes: lane ? [lane] : rest.length > 0 ? plain : possible, rest }
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
  const isFiltered = lane.endsWith(withoutClone3)
  const who = lane.replace(withoutClone3, '')
  if (isFiltered && spawnSync('cc', ['--version']).error)
    return {
      passed: 0,
      failed: 0,
      skipped: [`[${lane}] all: no C compiler for the seccomp filter`],
    }
  // The filter comes first: root needs no no_new_privs for it, which the tests would see.
  const filter = isFiltered ? ['scripts/without-syscall.sh', 'clone3', '--'] : []
  const asUser = root && users[who] ? ['scripts/as-user.sh', users[who]] : []
  const reporters = ['--reporter=default', '--reporter=./scripts/tally.mjs']
  // Of each user's own: vitest wants to remove a cache that it finds outdated.
  const cache = `--fsModuleCachePath=/tmp/ns-vitest-${process.getuid()}-${who}`
  const options = ['--configLoader=runner', cache, ...reporters]
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', ...options]
  // A filter may select files of the other lane only; if nothing runs in any, that fails below.
  if (args.length > 0) vitest.push('--passWithNoTests')
  const tests =
    isFiltered && args.length === 0 ? startsProcesses.map((name) => `packages/${name}/`) : args
  // The attacks take long, and none of them depends on how the clone is called.
  if (isFiltered && args.length === 0) vitest.push('--exclude=**/safety/**')
  const [file, ...rest] = [...filter, ...asUser, nodeInRepository(), ...vitest, ...tests]
  const { status, error } = spawnSync(file, rest, {
    cwd: repository,
    env: { ...process.env, NS_LANE: who, NS_TALLY: tallyFile },
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
