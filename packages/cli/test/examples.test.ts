import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { execute } from './support/ns.ts'

const repository = join(import.meta.dirname, '../../..')
const examples = join(repository, 'examples')
const mountTable = () => readFileSync('/proc/self/mountinfo', 'utf8')

let place: string

beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), 'ns-examples-'))
  install('@ns/spawn', join(place, 'node_modules'))
})

afterAll(() => rmSync(place, { recursive: true }))

/** Puts a package and what it needs where an install would: built, and with the manifest that is published. */
function install(name: string, modules: string): void {
  const target = join(modules, name)
  if (existsSync(target)) return
  const source = join(repository, 'packages', name.replace('@ns/', ''))
  const { publishConfig, ...manifest } = JSON.parse(
    readFileSync(join(source, 'package.json'), 'utf8'),
  )
  mkdirSync(target, { recursive: true })
  cpSync(join(source, 'dist'), join(target, 'dist'), { recursive: true })
  const published = { ...manifest, exports: publishConfig.exports }
  writeFileSync(join(target, 'package.json'), JSON.stringify(published))
  for (const need of Object.keys(manifest.dependencies)) {
    if (need.startsWith('@ns/')) install(need, modules)
    else symlinkSync(realpathSync(join(source, 'node_modules', need)), join(modules, need))
  }
}

/** Copies an example out of the repository, runs it, and compares the host before and after. */
async function runExample(name: string): Promise<string> {
  const copy = join(place, name)
  cpSync(join(examples, name), copy, {
    recursive: true,
    filter: (path) => !path.includes('node_modules'),
  })
  const before = { name: hostname(), mounts: mountTable() }
  const { stdout, stderr, code } = await execute([process.execPath, 'index.mjs'], { cwd: copy })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect({ name: hostname(), mounts: mountTable() }).toEqual(before)
  return stdout
}

test('hostname: the shell has another host name, the host keeps its own', async () => {
  const host = hostname()
  expect(host).not.toBe('new-hostname')
  expect(await runExample('hostname')).toBe(
    `before:  ${host}\ninside:  new-hostname\nafter:   ${host}\n`,
  )
})

test('pid-one: ps is PID 1 and sees itself alone', async () => {
  const [first, second, head, ...processes] = (await runExample('pid-one')).trimEnd().split('\n')
  expect([first, second]).toEqual(['outside: many processes', 'inside:'])
  expect(head).toMatch(/^USER\s+PID/)
  expect(processes).toHaveLength(1)
  expect(processes[0]).toMatch(/^root\s+1\s.*ps aux$/)
})

test('readonly-root: EROFS in both roots, and the host has the mounts that it had', async () => {
  const output = await runExample('readonly-root')
  expect(output).toMatch(/'\/etc\/written': Read-only file system\n\/tmp is writable\n/)
  expect(output).toMatch(/the new root has:( (bin|lib|lib64|proc|usr))+\n/)
  expect(output).toMatch(/'\/written': Read-only file system\n/)
  expect(output).toMatch(/the host's mount table is unchanged\n$/)
  expect(existsSync('/etc/written')).toBe(false)
})

test('rootless: root inside is the caller outside', async () => {
  const output = await runExample('rootless')
  const uid = process.getuid?.()
  expect(output).toMatch(new RegExp(`^outside: uid=${uid}\\b`))
  expect(output).toMatch(/^inside: {2}uid=0\(root\) gid=0\(root\)/m)
  expect(output).toMatch(/^name: {4}rootless$/m)
  expect(output).toMatch(/^mounts: {2}1 at \/mnt$/m)
  expect(output).toMatch(/^sees: {4}\d processes, itself as 2$/m)
  expect(output).toMatch(new RegExp(`belongs to uid ${uid} outside\n$`))
})

const manifestOf = (name: string) =>
  JSON.parse(readFileSync(join(examples, name, 'package.json'), 'utf8'))

const sourcesOf = (name: string) =>
  readdirSync(join(examples, name))
    .filter((file) => file.endsWith('.mjs'))
    .map((file) => readFileSync(join(examples, name, file), 'utf8'))
    .join('\n')

test.each(readdirSync(examples))(
  '%s can be copied, runs, and leaves the host as it was',
  async (name) => {
    const { scripts, dependencies, engines } = manifestOf(name)
    for (const [need, range] of Object.entries(dependencies)) {
      expect(range, 'npm installs it').toMatch(/^\^\d/)
      install(need, join(place, 'node_modules'))
    }
    expect(scripts.start).toBe('node index.mjs')
    const takesUsing = /^ *(await )?using /m.test(sourcesOf(name))
    expect(engines?.node, '`using` is a syntax error on Node.js 22').toBe(
      takesUsing ? '>=24' : undefined,
    )
    expect(await runExample(name)).not.toBe('')
    expect(readFileSync(join(examples, name, 'README.md'), 'utf8')).toMatch(
      new RegExp(`^# ${name}\n`),
    )
  },
  120_000, // a fail-over takes its time
)
