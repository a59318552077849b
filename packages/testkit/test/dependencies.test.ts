import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'

interface Manifest {
  private?: boolean
  dependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
}

const packages = join(import.meta.dirname, '../..')
const names = readdirSync(packages)

/** A package knows only what is below it. What isn't listed is a namespace package. */
const layers: Record<string, number> = {
  syscalls: 0,
  testkit: 1,
  netlink: 1,
  egress: 3,
  spawn: 3,
  inspect: 3,
  lab: 4,
  cli: 4,
  bench: 5,
}
const layer = (name: string) => layers[name] ?? 2

describe.each(names)('%s', (name) => {
  const manifest = readManifest(name)
  const needed = Object.keys({
    ...manifest.dependencies,
    ...manifest.peerDependencies,
    ...manifest.optionalDependencies,
  })
  const files = sourceFiles(name)

  test('depends on nothing beside or above it', () => {
    const own = needed.filter((need) => need.startsWith('@ns/')).map((need) => need.slice(4))
    expect(own.filter((need) => layer(need) >= layer(name))).toEqual([])
    if (!manifest.private) expect(own.filter((need) => readManifest(need).private)).toEqual([])
  })

  test('imports only what it declares', () => {
    const foreign = files
      .flatMap((file) => importsOf(file))
      .filter((target) => !/^(\.|node:)/.test(target))
    const undeclared = foreign.filter((target) => !needed.includes(packageName(target)))
    expect(undeclared).toEqual([])
  })

  test('knows koffi only below src/ffi of syscalls', () => {
    const ffi = join(packages, 'syscalls/src/ffi/')
    const outside = files.filter((file) => !file.startsWith(ffi))
    expect(outside.filter((file) => /(['"])koffi\1/.test(code(file))).map(short)).toEqual([])
    expect(needed.includes('koffi')).toBe(name === 'syscalls')
  })

  test('names its files after ideas', () => {
    expect(files.filter((file) => /^(utils?|helpers?|misc)\.ts$/.test(basename(file)))).toEqual([])
  })

  if (layer(name) === 2)
    test('keeps the contract: some test calls `describeNamespace`', () => {
      const tests = sourceFiles(name, 'test').map((file) => readFileSync(file, 'utf8'))
      expect(tests.filter((text) => text.includes('describeNamespace('))).not.toEqual([])
    })

  test('has no cycle of imports at run time', () => {
    expect(findCycle(files)?.map(short)).toBeUndefined()
  })
})

test('what turbo may serve from its cache has no tests that root runs', () => {
  const { tasks } = JSON.parse(readFileSync(join(packages, '../turbo.json'), 'utf8'))
  const ofUsers = ['//#lane:user', '//#lane:subids', '//#lane:user-no-clone3']
  expect(Object.keys(tasks)).toEqual(['build', ...ofUsers, 'test:pack'])
})

function readManifest(name: string): Manifest {
  return JSON.parse(readFileSync(join(packages, name, 'package.json'), 'utf8'))
}

function sourceFiles(name: string, folder = 'src'): string[] {
  const source = join(packages, name, folder)
  if (!existsSync(source)) return []
  const entries = readdirSync(source, { recursive: true, encoding: 'utf8' })
  return entries.filter((entry) => entry.endsWith('.ts')).map((entry) => join(source, entry))
}

/** The text of a file without its comments, in which examples import too. */
function code(file: string): string {
  return readFileSync(file, 'utf8').replace(/^\s*\/\*[\s\S]*?\*\/|^\s*\/\/.*/gm, '')
}

function importsOf(file: string, when?: 'run time'): string[] {
  const statement = /^\s*(?:import|export)\b(?:[^'"]*?\bfrom)?\s*'([^']+)'|\bimport\(\s*'([^']+)'/gm
  const all = [...code(file).matchAll(statement)]
  const matches = when ? all.filter(([text]) => !/^\s*(import|export) type\b/.test(text)) : all
  return matches.map((match) => match[1] ?? match[2] ?? '')
}

function packageName(target: string): string {
  return target.split('/', target.startsWith('@') ? 2 : 1).join('/')
}

function findCycle(files: string[]): string[] | undefined {
  const done = new Set<string>()
  const visit = (file: string, path: string[]): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file]
    if (done.has(file)) return undefined
    const local = importsOf(file, 'run time').filter((target) => target.startsWith('.'))
    const next = local.map((target) => join(file, '..', target))
    const cycle = firstOf(next, (other) => visit(other, [...path, file]))
    done.add(file)
    return cycle
  }
  return firstOf(files, (file) => visit(file, []))
}

function firstOf<T, R>(values: T[], find: (value: T) => R | undefined): R | undefined {
  for (const value of values) {
    const found = find(value)
    if (found !== undefined) return found
  }
  return undefined
}

function short(file: string): string {
  return relative(packages, file)
}
