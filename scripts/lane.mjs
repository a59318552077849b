// Runs the tests of one lane, as the user whom the lane is named after, and leaves its numbers in .lanes/LANE.json.
//
//   node scripts/lane.mjs root|user|subids|user-no-clone3 [arguments for vitest]
import { spawnSync } from 'node:child_process'
import { chownSync, copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'

/** The core, and the package whose namespaces are entered by a second clone; a placement in a cgroup takes clone3. */
const startsProcesses = ['syscalls', 'pid']
/** Whom root becomes, see as-user.sh. */
const users = { user: { name: 'nsuser', id: 12345 }, subids: { name: 'nssub', id: 12346 } }

/** As systemd has it: what is mounted where it should not be is then seen. Between these mounts alone, not with the machine's. */
const shared = ['--', 'sh', '-c', 'mount --make-rshared / && exec "$@"', 'sh']

const [lane, ...args] = process.argv.slice(2)
const isFiltered = lane === 'user-no-clone3'
const who = isFiltered ? 'user' : lane
const root = process.getuid() === 0
const user = root ? users[who] : undefined

console.log(`\ntests in the lane '${lane}'\n`)
rmSync(`.lanes/${lane}.json`, { force: true })
// Not `os.tmpdir()`, which may be root's own: the ordinary user writes here.
const place = mkdtempSync('/tmp/ns-test-')
try {
  if (user) chownSync(place, user.id, user.id)
  process.exitCode = run()
  mkdirSync('.lanes', { recursive: true })
  copyFileSync(join(place, 'tally.json'), `.lanes/${lane}.json`)
} finally {
  rmSync(place, { recursive: true })
}

function run() {
  const [file, ...words] = [
    // The filter comes first: root needs no no_new_privs for it, which the tests would see.
    ...(isFiltered ? ['scripts/without-syscall.sh', 'clone3', '--'] : []),
    ...(user ? ['scripts/as-user.sh', user.name] : []),
    ...(root && !user ? ['unshare', '--mount', '--propagation', 'private', ...shared] : []),
    ...[nodeInRepository(), ...vitest()],
  ]
  const env = {
    ...process.env,
    NS_LANE: who,
    ...(isFiltered && args.length === 0 ? { NS_WITHOUT: 'safety' } : {}),
    NS_TALLY: join(place, 'tally.json'),
    // Tests start hundreds of Nodes from the sources: their types are stripped, and they are compiled, once.
    NODE_COMPILE_CACHE: join(place, 'compiled'),
  }
  const { status, error } = spawnSync(file, words, { env, stdio: 'inherit' })
  if (error) console.error(`${error}`)
  return status ?? 1
}

function vitest() {
  const reporters = ['--reporter=default', '--reporter=./scripts/tally.mjs']
  // Of each user's own: vitest wants to remove a cache that it finds outdated.
  const cache = `--fsModuleCachePath=/tmp/ns-vitest-${process.getuid()}-${who}`
  const command = ['node_modules/vitest/vitest.mjs', 'run', '--configLoader=runner', cache]
  // A filter may select files of the other lane only; if nothing runs in any, test.mjs says so.
  if (args.length > 0) return [...command, ...reporters, '--passWithNoTests', ...args]
  if (!isFiltered) return [...command, ...reporters]
  const core = startsProcesses.map((name) => `packages/${name}/`)
  return [...command, ...reporters, ...core]
}

/** As a relative path: the ordinary user may see the repository at another place. */
function nodeInRepository() {
  const path = relative(process.cwd(), process.execPath)
  return path.startsWith('..') ? process.execPath : path
}
