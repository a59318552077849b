// Packs the package in the current directory as it would be published, and examines that.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const { exports } = JSON.parse(readFileSync('package.json', 'utf8'))
const directory = mkdtempSync('/tmp/ns-pack-')
try {
  run('pnpm', 'pack', '--pack-destination', directory)
  const tarball = join(directory, readdirSync(directory)[0])
  run('publint', '--strict', tarball)
  // attw examines types; a command has none.
  if (exports['.']) run('attw', '--profile', 'esm-only', tarball)
} finally {
  rmSync(directory, { recursive: true })
}

function run(command, ...args) {
  if (process.exitCode) return
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' })
  if (error) console.error(`${error}`)
  process.exitCode = status ?? 1
}
