import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

// That the examples print what is said there is shown by packages/cli/test/readme.test.ts.

const packages = join(import.meta.dirname, '../..')
/** What is missing is empty: then the tests of that package fail, and not all. */
const read = (...path: string[]) => {
  const file = join(packages, ...path)
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}
const manifestOf = (name: string) => JSON.parse(read(name, 'package.json'))
const published = readdirSync(packages).filter((name) => !manifestOf(name).private)
const libraries = published.filter((name) => manifestOf(name).exports['.'])

const codesIn = (text: string) => [...text.matchAll(/\bERR_(?:NS|ACCESS)_[A-Z_]+\b/g)].map(String)
const union = codesIn(
  read('syscalls/src/errors/codes.ts').replace(/^[\s\S]*?export type ErrorCode/, ''),
)
/** Of `run`, for a program that ran; of subordinate ids; of `persist` and of `Cgroup`: not every start takes these. */
const ofRun = ['ERR_NS_EXIT', 'ERR_NS_SIGNAL', 'ERR_NS_MAX_BUFFER']
const special = [...ofRun, 'ERR_NS_SUBIDS', 'ERR_NS_PERSIST', 'ERR_NS_CGROUP']
const ofEveryStart = union.filter((code) => !special.includes(code))
const startsProcesses = ['cgroup', 'ipc', 'mount', 'net', 'pid', 'syscalls', 'time', 'user', 'uts']

describe.each(published)('@ns/%s', (name) => {
  const readme = read(name, 'README.md')
  const sections = sectionsOf(readme)

  test('has its parts, in the order of all others', () => {
    expect(readme).toMatch(
      new RegExp(`^# @ns/${name}\n\n.*\\.\n\nIsolates .*  \n.*\n(.*\n)*?\n\`\`\``),
    )
    expect(readme).toMatch(/^```sh\nnpm install (--global )?@ns\//m)
    expect(readme, 'an example and what it prints').toMatch(
      /^```(ts|sh)\n[\s\S]*?^```\n\n```(console)?\n|^```console\n/m,
    )
    const parts = ['Options', 'Errors', 'Needs', 'Composes with', 'Man pages']
    expect([...sections.keys()].filter((title) => parts.includes(title))).toEqual(parts)
  })

  test('has its options and errors in tables', () => {
    expect(sections.get('Options')).toMatch(/^\| .* \|\n\|(---\|){2,3}\n\| /m)
    expect(sections.get('Errors')).toMatch(/^\| code \| what happened \| what to do \|\n/m)
  })

  test('knows no code of errors but those that there are', () => {
    const known = [...union, 'ERR_ACCESS_DENIED']
    expect(codesIn(readme).filter((code) => !known.includes(code))).toEqual([])
  })
})

describe.each(libraries)('@ns/%s', (name) => {
  const readme = read(name, 'README.md')
  const listed = codesIn(sectionsOf(readme).get('Errors') ?? '')

  test('begins as its package comment does', () => {
    const [, comment = ''] =
      /^\/\*\*\n([\s\S]*?) \* (?:```|@)/.exec(read(name, 'src/index.ts')) ?? []
    const [, head = ''] = /^# .*\n([\s\S]*?)\n```/.exec(readme) ?? []
    expect(words(head)).toBe(words(comment.replaceAll(/^ \*/gm, '')))
  })

  test('lists every code that its sources give to an error', () => {
    const codes = sourcesOf(name).flatMap((source) => codesIn(source))
    expect(codes.filter((code) => !listed.includes(code))).toEqual([])
  })
})

test.each([
  ...startsProcesses.map((name) => ({
    name,
    which: 'that a start can end with',
    codes: ofEveryStart,
  })),
  { name: 'spawn', which: 'that there is', codes: union },
])('@ns/$name lists every code $which', ({ name, codes }) => {
  const listed = codesIn(sectionsOf(read(name, 'README.md')).get('Errors') ?? '')
  expect(codes.filter((code) => !listed.includes(code))).toEqual([])
})

/** What stands below each heading. */
function sectionsOf(readme: string): Map<string, string> {
  const [, ...parts] = readme.split(/^## /m)
  return new Map(parts.map((part) => [part.split('\n', 1).join(), part]))
}

/** A package's sources without their comments, and without the list of all codes. */
function sourcesOf(name: string): string[] {
  const files = readdirSync(join(packages, name, 'src'), { recursive: true, encoding: 'utf8' })
  return files
    .filter((file) => file.endsWith('.ts') && file !== 'errors/codes.ts')
    .map((file) => read(name, 'src', file).replaceAll(/^\s*\/\*[\s\S]*?\*\/|^\s*\/\/.*/gm, ''))
}

function words(text: string): string {
  return text.split(/\s+/).filter(Boolean).join(' ')
}
