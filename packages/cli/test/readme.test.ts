import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { execute } from './support/ns.ts'

const repository = join(import.meta.dirname, '../../..')
const packages = join(repository, 'packages')
const isPublished = (name: string) =>
  !JSON.parse(readFileSync(join(packages, name, 'package.json'), 'utf8')).private
const documents = readdirSync(join(repository, 'docs'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.md') && !/^(api|\.vitepress)\//.test(path))
  .map((path) => ({ title: `docs/${path}`, path: `docs/${path}` }))
const readmes = [
  ...readdirSync(packages)
    .filter(isPublished)
    .map((name) => ({ title: `@ns/${name}`, path: `packages/${name}/README.md` })),
]

/** Each block of code with what stands behind it as its output. */
function examplesOf(text: string): { code: string; output: string | undefined }[] {
  const block = /^```ts\n(.*?)^```\n(?:\n```\n(.*?)^```$)?/gms
  return [...text.matchAll(block)].map(([, code = '', output]) => ({ code, output }))
}

const everywhere = [{ title: 'the README', path: 'README.md' }, ...documents, ...readmes]
const examples = everywhere.flatMap(({ title, path }) =>
  examplesOf(readFileSync(join(repository, path), 'utf8')).map((example, i) => ({
    name: `${title}, example ${i + 1}`,
    ...example,
  })),
)

let place: string

beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), 'ns-readme-'))
  mkdirSync(join(place, 'node_modules/@ns'), { recursive: true })
  for (const name of readdirSync(packages))
    symlinkSync(join(packages, name), join(place, 'node_modules/@ns', name))
})

afterAll(() => rmSync(place, { recursive: true }))

test.each(examples)('$name prints what is said there', async ({ code, output }) => {
  const file = join(place, 'example.ts')
  writeFileSync(file, code)
  const command = [process.execPath, '--conditions=@ns/source', file]
  const {
    stdout,
    stderr,
    code: exit,
  } = await execute(command, {
    cwd: place,
    env: { ...process.env, TMPDIR: place },
  })
  expect({ exit, stdout, stderr }).toEqual({ exit: 0, stdout: output, stderr: '' })
})
