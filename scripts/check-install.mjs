// What a stranger does first: each package, packed as it would be published, alone in an empty project with npm. Its
// README's install line, then the first example on every Node.js that we support, `require`, and the types under every
// TypeScript. npm runs no install scripts, koffi's neither.
//
//   pnpm test:install [PACKAGE…]
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from './build.mjs'

const nodes = ['22', '24', '26']
const typescripts = ['5.9', '6', '7']
const quiet = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error']

const packages = fileURLToPath(new URL('../packages', import.meta.url))
const place = mkdtempSync('/tmp/ns-install-')
const published = readdirSync(packages).filter((name) => !manifestOf(name).private)
const selected = process.argv.length > 2 ? process.argv.slice(2) : published
let passed = 0
let failed = 0

build()
const tools = installTools()
const tarballs = Object.fromEntries(published.map((name) => [name, pack(name)]))
try {
  for (const name of selected) {
    if (name === 'cli') checkCommand()
    else checkLibrary(name)
  }
  checkTypes(selected.filter((name) => name !== 'cli'))
  for (const platform of ['darwin', 'win32'])
    checkElsewhere(`on ${platform}`, platform, 'platform', platform)
  const versions = { ...process.versions, node: '20.19.0' }
  checkElsewhere('by Node.js 20', 'linux', 'versions', versions)
} finally {
  rmSync(place, { recursive: true })
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0

function checkLibrary(name) {
  const readme = readFileSync(join(packages, name, 'README.md'), 'utf8')
  const [, line = ''] = /^npm install (@ns\/.*)$/m.exec(readme) ?? []
  const [, example = '', output] = /^```ts\n(.*?)^```\n(?:\n```\n(.*?)^```$)?/ms.exec(readme) ?? []
  const project = install(
    name,
    line.split(' ').map((wanted) => wanted.replace('@ns/', '')),
  )
  writeFileSync(join(project, 'example.ts'), example)
  const keys = `Object.keys(require('@ns/${name}')).length > 0 || process.exit(1)`
  for (const version of nodes) {
    const node = join(tools, `node_modules/node${version}/bin/node`)
    check(`@ns/${name}: first example, Node.js ${version}`, [node, 'example.ts'], project, output)
    check(`@ns/${name}: require, Node.js ${version}`, [node, '-e', keys], project)
  }
}

/** All first examples in one go: a compiler reads Node's types for ten times as long as an example. */
function checkTypes(names) {
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023']
  const types = ['--types', 'node', '--lib', 'es2023,esnext.disposable']
  const files = names.map((name) => join(place, name, 'example.ts'))
  for (const version of typescripts) {
    const tsc = join(tools, `node_modules/typescript${version}/bin/tsc`)
    check(`types of all, TypeScript ${version}`, [tsc, ...options, ...types, ...files], tools)
  }
}

function checkCommand() {
  const prefix = join(place, 'global')
  npm(place, 'install', '--global', '--prefix', prefix, '--ignore-scripts', ...closure(['cli']))
  const ns = join(prefix, 'bin/ns')
  check('@ns/cli: its version', [ns, '--version'], place)
  check('@ns/cli: all namespaces', [ns, 'run', '--all', '--', 'echo', 'inside'], place, 'inside\n')
}

/** An import works, and a call says what is wrong: on a platform whose koffi has other binaries, or by an older Node.js. */
function checkElsewhere(title, platform, property, value) {
  const project = install(`elsewhere-${platform}`, ['spawn'], `--os=${platform}`, '--cpu=arm64')
  const disguise = `Object.defineProperty(process, "${property}", { value: ${JSON.stringify(value)} })`
  const call = `const { spawn } = await import('@ns/spawn')
    try { spawn('true', [], { namespaces: { uts: true } }) } catch ({ code }) { console.log(code) }`
  const script = ['--import', `data:text/javascript,${disguise}`, '--input-type=module', '-e', call]
  check(title, [process.execPath, ...script], project, 'ERR_NS_UNSUPPORTED\n')
}

/** An empty project with these packages, and what they need of ours: nothing of it is on a registry yet. */
function install(title, names, ...options) {
  const project = join(place, title)
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), '{ "type": "module", "private": true }')
  npm(project, 'install', '--ignore-scripts', ...options, '@types/node@22', ...closure(names))
  return project
}

function closure(names) {
  const all = new Set(names)
  for (const name of all)
    for (const need of Object.keys(manifestOf(name).dependencies ?? {}))
      if (need.startsWith('@ns/')) all.add(need.replace('@ns/', ''))
  return [...all].map((name) => tarballs[name])
}

function installTools() {
  const directory = join(place, 'tools')
  mkdirSync(directory)
  writeFileSync(join(directory, 'package.json'), '{ "private": true }')
  const each = (name, versions) =>
    versions.map((version) => `${name}${version}@npm:${name}@${version}`)
  npm(
    directory,
    'install',
    '@types/node@22',
    ...each('node', nodes),
    ...each('typescript', typescripts),
  )
  return directory
}

function pack(name) {
  const directory = join(place, 'tarballs', name)
  mkdirSync(directory, { recursive: true })
  must('pnpm', ['pack', '--silent', '--pack-destination', directory], join(packages, name))
  return join(directory, readdirSync(directory)[0])
}

function check(title, [file, ...args], cwd, output) {
  const { status, stdout, stderr, error } = spawnSync(file, args, { cwd, encoding: 'utf8' })
  const isFine = status === 0 && (output === undefined || stdout === output)
  if (isFine) passed += 1
  else failed += 1
  console.log(`${isFine ? 'ok    ' : 'FAILED'} ${title}`)
  if (!isFine) console.log(error ?? `ended with ${status}\n${stdout}${stderr}`)
}

function npm(cwd, verb, ...args) {
  must('npm', [verb, ...quiet, ...args], cwd)
}

function must(command, args, cwd) {
  const { status, error } = spawnSync(command, args, {
    cwd,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (error || status !== 0) throw new Error(`${command} ${args.join(' ')}`, { cause: error })
}

function manifestOf(name) {
  return JSON.parse(readFileSync(join(packages, name, 'package.json'), 'utf8'))
}
