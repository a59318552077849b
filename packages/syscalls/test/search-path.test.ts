import { chmodSync } from 'node:fs'
import { Scratch } from '@ns/testkit'
import { afterEach, expect, test } from 'vitest'
import { filesInPath, mayExecute } from '../src/index.ts'

const { PATH } = process.env
const here = process.cwd()
afterEach(() => {
  process.env.PATH = PATH
  process.chdir(here)
})

test('files of that name, in the order of PATH, in its absolute directories alone', () => {
  using scratch = new Scratch()
  const [second, first] = [scratch.file('b/tool'), scratch.file('a/tool')]
  scratch.file('tool')
  scratch.directory('c/tool')
  process.chdir(scratch.path)
  process.env.PATH = [
    '',
    '.',
    'a',
    ...['a', 'none', 'c', 'b', 'a'].map((it) => scratch.at(it)),
  ].join(':')
  expect(filesInPath('tool')).toEqual([first, second])
  process.env.PATH = ''
  expect(filesInPath('tool')).toEqual([])
})

test('without PATH those of libc', () => {
  delete process.env.PATH
  expect(filesInPath('sh')).toContain('/bin/sh')
})

test('which of them may be executed', () => {
  using scratch = new Scratch()
  const file = scratch.file('tool')
  expect(mayExecute(file)).toBe(false)
  chmodSync(file, 0o755)
  expect(mayExecute(file)).toBe(true)
  expect(mayExecute(scratch.at('none'))).toBe(false)
})
