// All of a release but the publishing, in a copy: the next versions and their changelogs, the archives, and what npm
// would be given. Nothing here is changed.
//
//   pnpm release:dry
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What may be passed on under MIT without more than its notice. */
const compatible = ['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'Apache-2.0']

const repository = fileURLToPath(new URL('..', import.meta.url))
const copy = mkdtempSync('/tmp/ns-release-')
try {
  checkLicences()
  for (const file of output(repository, 'git', 'ls-files').split('\n'))
    if (existsSync(join(repository, file))) cpSync(join(repository, file), join(copy, file))
  // changesets asks git which packages have changed since the base branch.
  output(copy, 'git', 'init', '--quiet', '--initial-branch=main')
  output(copy, 'pnpm', 'install', '--prefer-offline', '--silent')
  output(copy, 'pnpm', 'release:version')
  const { version } = JSON.parse(readFileSync(join(copy, 'packages/spawn/package.json'), 'utf8'))
  console.log(readFileSync(join(copy, 'packages/spawn/CHANGELOG.md'), 'utf8'))
  output(copy, 'pnpm', 'install', '--prefer-offline', '--silent', '--frozen-lockfile')
  output(copy, 'pnpm', 'build')
  output(copy, 'pnpm', 'test:pack')
  const published = output(copy, 'pnpm', '-r', 'publish', '--dry-run', '--no-git-checks', '--json')
  const names = [...published.matchAll(/"name": "(@ns\/[a-z]+)"/g)].map(([, name]) => name)
  console.log(`${version}: ${[...new Set(names)].sort().join(' ')}`)
} finally {
  rmSync(copy, { recursive: true })
}

function checkLicences() {
  const published = ['./packages/*', '!@ns/testkit', '!@ns/bench']
  const filter = published.flatMap((packages) => ['--filter', packages])
  const listed = output(repository, 'pnpm', ...filter, 'licenses', 'list', '--prod', '--json')
  const others = Object.keys(JSON.parse(listed)).filter((licence) => !compatible.includes(licence))
  if (others.length > 0) throw new Error(`licences of dependencies: ${others.join(', ')}`)
}

function output(cwd, command, ...args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' })
  if (error || status !== 0)
    throw new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}`, { cause: error })
  return stdout.trimEnd()
}
