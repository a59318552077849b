// Packs the package in the current directory as it would be published, and examines that.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const {
  exports,
  bin = {},
  man = [],
  publishConfig,
} = JSON.parse(readFileSync('package.json', 'utf8'))
const directory = mkdtempSync('/tmp/ns-pack-')
try {
  run('pnpm', 'pack', '--pack-destination', directory)
  const tarball = join(directory, readdirSync(directory)[0])
  checkContent(tarball)
  run('publint', '--strict', tarball)
  // attw examines types; a command has none.
  if (exports['.']) run('attw', '--profile', 'esm-only', tarball)
} finally {
  rmSync(directory, { recursive: true })
}

/** What is named, the licence and the README: nothing else is carried into other people's projects. */
function checkContent(tarball) {
  const { '.': main = {}, './package.json': manifest } = publishConfig.exports ?? exports
  const named = [manifest, ...Object.values(main), ...Object.values(bin), ...[man].flat()]
  const expected = [...named.map((path) => path.replace('./', '')), 'LICENSE', 'README.md']
  const content = tar('--list', '--file', tarball)
  // What is imported only when it is needed is built into files of its own.
  const isPart = (path) => /^package\/dist\/[a-z-]+-[A-Z0-9]{8}\.js$/.test(path)
  const found = content.split('\n').filter((path) => path !== '' && !isPart(path))
  const wanted = [...new Set(expected)].map((path) => `package/${path}`)
  if (`${found.sort()}` !== `${wanted.sort()}`) fail(`the archive has ${found}; wanted: ${wanted}`)
  if (main.types && /koffi/i.test(tar('--to-stdout', '-xf', tarball, 'package/dist/index.d.ts')))
    fail('a type of koffi is public')
}

function tar(...args) {
  const { status, stdout, stderr } = spawnSync('tar', args, { encoding: 'utf8' })
  if (status !== 0) fail(`tar: ${stderr}`)
  return stdout
}

function run(command, ...args) {
  if (process.exitCode) return
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' })
  if (error) console.error(`${error}`)
  process.exitCode = status ?? 1
}

function fail(message) {
  console.error(message)
  process.exitCode = 1
}
