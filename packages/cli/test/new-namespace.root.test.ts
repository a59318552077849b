import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { execute } from './support/ns.ts'

const repository = join(import.meta.dirname, '../../..')

const pnpm = ['npx', '-y', 'pnpm@12.21.0']

let copy: string
let before: string

/** Runs something in the copy, with the copy's tools; fails with what it said. */
async function here(...command: readonly string[]): Promise<string> {
  const path = `${join(copy, 'node_modules/.bin')}:${process.env.PATH}`
  const env = { ...process.env, PATH: path, NS_LANE: 'root', TURBO_TELEMETRY_DISABLED: '1' }
  const { code, stdout, stderr } = await execute(command, { cwd: copy, env })
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}: ${stdout}${stderr}`)
  return stdout
}

beforeAll(async () => {
  copy = mkdtempSync(join(tmpdir(), 'ns-new-namespace-'))
  const options = { cwd: repository, encoding: 'utf8' } as const
  const listed = spawnSync('git', ['ls-files', '-co', '--exclude-standard'], options)
  for (const file of listed.stdout.trimEnd().split('\n')) {
    if (file.startsWith('examples/')) continue
    cpSync(join(repository, file), join(copy, file))
  }
  await here('git', 'init', '--quiet')
  await here(...pnpm, 'install', '--offline', '--frozen-lockfile=false')
  await here('git', 'add', '.')
  before = await here('git', 'status', '--short')
}, 120_000)

afterAll(() => rmSync(copy, { recursive: true, force: true }))

test('a package of the template passes the compliance suite, is built, and is used in `spawn`', async () => {
  await here(...pnpm, 'new:namespace', 'domain', '--type', 'uts')
  const changed = (await here('git', 'status', '--short', '--untracked-files=all')).split('\n')
  const added = changed
    .filter((line) => !before.split('\n').includes(line))
    .map((line) => line.slice(3))
  expect(added.filter((file) => !file.startsWith('packages/domain/'))).toEqual([
    'pnpm-lock.yaml',
    '.changeset/new-domain.md',
  ])
  await here('biome', 'check', 'packages/domain')
  await here('tsc', '--noEmit', '-p', 'packages/domain')
  const rules = ['dependencies', 'readmes'].map((name) => `packages/testkit/test/${name}.test.ts`)
  await here('vitest', 'run', '--configLoader=runner', 'packages/domain', ...rules)
  await here(
    'vitest',
    'run',
    '--configLoader=runner',
    'packages/cli/test/readme.test.ts',
    '-t',
    '@ns/domain',
  )
  await here(...pnpm, '--filter', '@ns/domain', 'exec', 'tsup')
  writeFileSync(
    join(copy, 'packages/domain/use.mjs'),
    `import { domain } from './dist/index.js'
     import { run } from '../spawn/src/index.ts'
     const { stdout } = await run('echo', ['inside'], { namespaces: { uts: domain() } })
     process.stdout.write(stdout)`,
  )
  expect(await here('node', '--conditions=@ns/source', 'packages/domain/use.mjs')).toBe('inside\n')
  const changeset = readFileSync(join(copy, '.changeset/new-domain.md'), 'utf8')
  expect(changeset).toMatch(/^---\n"@ns\/domain": minor\n---\n\n/)
}, 120_000)

test.each([
  ['no name', []],
  ['two words', ['my-module', '--type', 'uts']],
  ['a type that the kernel lacks', ['domain', '--type', 'dns']],
  ['a package that exists', ['uts']],
])('%s is refused, and nothing is written', async (_, args) => {
  const status = await here('git', 'status', '--short')
  const script = [process.execPath, 'scripts/new-namespace.mjs', ...args]
  expect(await execute(script, { cwd: copy, env: process.env })).toMatchObject({ code: 2 })
  expect(await here('git', 'status', '--short')).toBe(status)
})
