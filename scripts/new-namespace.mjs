// Writes a new namespace package from templates/namespace: it is linked, and passes the compliance suite as it is.
//
//   pnpm new:namespace NAME [--type TYPE]    TYPE: the kernel's namespace type that it is about; NAME if that is one
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const types = ['cgroup', 'ipc', 'mount', 'net', 'pid', 'time', 'uts']
const repository = fileURLToPath(new URL('..', import.meta.url))

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { type: { type: 'string' } },
})
const [name = ''] = positionals
const type = values.type ?? name
const target = join(repository, 'packages', name)

if (positionals.length !== 1 || !/^[a-z][a-z0-9]*$/.test(name))
  quit('usage: pnpm new:namespace NAME [--type TYPE]; NAME is one word in lower case')
if (!types.includes(type)) quit(`--type: one of ${types.join(', ')} is wanted`)
if (existsSync(target)) quit(`packages/${name} exists already`)

cpSync(join(repository, 'templates/namespace'), target, { recursive: true })
for (const entry of readdirSync(target, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue
  const file = join(entry.parentPath, entry.name)
  writeFileSync(file, personal(readFileSync(file, 'utf8')))
  renameSync(file, join(entry.parentPath, personal(entry.name)))
}
const changeset = `---\n"@ns/${name}": minor\n---\n\nNew: what ${name} adds, in one sentence.\n`
writeFileSync(join(repository, `.changeset/new-${name}.md`), changeset)

run('pnpm', 'install', '--prefer-offline', '--silent', '--no-frozen-lockfile')
run('biome', 'check', '--write', `packages/${name}`)
console.log(`packages/${name} is there. What is next:
  pnpm test ${name}        passes already; write down first what yours will do
  packages/${name}/src     the steps, and the package comment
  README.md                a line in the table of packages
  .changeset/new-${name}.md
CONTRIBUTING.md says the rest.`)

/** The template is about a sample of type uts. */
function personal(text) {
  const capital = name[0].toUpperCase() + name.slice(1)
  return text
    .replaceAll(/\buts\b/g, type)
    .replaceAll(/\bsample\b/g, name)
    .replaceAll(/\bSample/g, capital)
}

function run(command, ...args) {
  const { status, error } = spawnSync(command, args, { cwd: repository, stdio: 'inherit' })
  if (error) quit(`${command}: ${error.message}`)
  if (status !== 0) process.exit(status)
}

function quit(message) {
  console.error(message)
  process.exit(2)
}
