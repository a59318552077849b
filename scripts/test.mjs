// Runs the tests as whoever calls, and when that is root once more as an ordinary user, and those that take subordinate
// ids as a user who has some. Then the core once more, as an ordinary user, where clone3 answers ENOSYS, as
// it does in containers.
//
// The lane `root` and all others run at the same time: most tests wait more than they compute, and each counts the fds,
// processes and namespaces of its own process, and the mounts of its lane's own mount namespace.
//
//   pnpm test [--lane root|user|subids|user-no-clone3] [arguments for vitest]
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from './build.mjs'

/** The core, and the package whose namespaces are entered by a second clone; a placement in a cgroup takes clone3. */
const startsProcesses = ['syscalls', 'pid']
const withoutClone3 = '-no-clone3'
/** Whom root becomes, see as-user.sh. */
const users = { user: { name: 'nsuser', id: 12345 }, subids: { name: 'nssub', id: 12346 } }

const repository = fileURLToPath(new URL('..', import.meta.url))
const root = process.getuid() === 0
const { lanes, args } = readArguments(process.argv.slice(2))

build()

const [first, ...others] = lanes
// One is seen as it goes, the others' output comes whole.
const [seen, unseen] = await Promise.all([runLane(first, 'inherit'), inSequence(others)])
for (const { output } of unseen) process.stdout.write(output)
const results = [seen, ...unseen]
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
  return { lanes: lane ? [lane] : rest.length > 0 ? plain : possible, args: rest }
}

async function inSequence(lanes) {
  const results = []
  for (const lane of lanes) results.push(await runLane(lane, 'pipe'))
  return results
}

async function runLane(lane, stdout) {
  const isFiltered = lane.endsWith(withoutClone3)
  const who = lane.replace(withoutClone3, '')
  const title = `\ntests in the lane '${lane}'\n`
  if (stdout === 'inherit') process.stdout.write(title)
  if (isFiltered && spawnSync('cc', ['--version']).error)
    return nothingRun([`[${lane}] all: no C compiler for the seccomp filter`])
  const user = root ? users[who] : undefined
  // Not `os.tmpdir()`, which may be root's own: the ordinary user writes here.
  const place = mkdtempSync('/tmp/ns-test-')
  if (user) chownSync(place, user.id, user.id)
  try {
    const [file, ...words] = [
      // The filter comes first: root needs no no_new_privs for it, which the tests would see.
      ...(isFiltered ? ['scripts/without-syscall.sh', 'clone3', '--'] : []),
      ...(user ? ['scripts/as-user.sh', user.name] : []),
      ...(root && !user ? ['unshare', '--mount', '--propagation', 'private', '--'] : []),
      ...[nodeInRepository(), ...vitest(who, isFiltered)],
    ]
    const child = spawn(file, words, {
      cwd: repository,
      env: {
        ...process.env,
        NS_LANE: who,
        ...(isFiltered && args.length === 0 ? { NS_WITHOUT: 'safety' } : {}),
        NS_TALLY: join(place, 'tally.json'),
        // Tests start hundreds of Nodes from the sources: their types are stripped, and they are compiled, once.
        NODE_COMPILE_CACHE: join(place, 'compiled'),
      },
      stdio: ['inherit', stdout, stdout],
    })
    const printed = Promise.all([child.stdout, child.stderr].map((it) => it && buffer(it)))
    const [status] = await once(child, 'close').catch((error) => {
      console.error(`${error}`)
      return [1]
    })
    const tally = readTally(join(place, 'tally.json'))
    // vitest also fails when it found no test, and when it could not start.
    if (status !== 0 && tally.failed === 0) tally.failed = 1
    const [output, errors] = await printed
    return {
      ...tally,
      skipped: tally.skipped.map((test) => `[${lane}] ${test}`),
      output: Buffer.concat([title, output ?? '', errors ?? ''].map((it) => Buffer.from(it))),
    }
  } finally {
    rmSync(place, { recursive: true })
  }
}

function vitest(who, isFiltered) {
  const reporters = ['--reporter=default', '--reporter=./scripts/tally.mjs']
  // Of each user's own: vitest wants to remove a cache that it finds outdated.
  const cache = `--fsModuleCachePath=/tmp/ns-vitest-${process.getuid()}-${who}`
  const command = ['node_modules/vitest/vitest.mjs', 'run', '--configLoader=runner', cache]
  // A filter may select files of the other lane only; if nothing runs in any, that fails below.
  if (args.length > 0) return [...command, ...reporters, '--passWithNoTests', ...args]
  if (!isFiltered) return [...command, ...reporters]
  const core = startsProcesses.map((name) => `packages/${name}/`)
  return [...command, ...reporters, ...core]
}

function nothingRun(skipped) {
  return { passed: 0, failed: 0, skipped, output: '' }
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
    return nothingRun([])
  }
}

function sum(key) {
  return results.reduce((total, result) => total + result[key], 0)
}
