import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { launch, Namespace } from '../src/index.ts'
import { Directory } from './support/files.ts'
import { fresh } from './support/namespaces.ts'

test('A17: bound on a file, a namespace lives on without processes and is opened by that path', async () => {
  using directory = new Directory()
  const path = directory.write('uts', '', 0o644)
  const child = launch([fresh('uts')], { file: '/bin/sleep', args: ['600'] })
  await child.started
  using namespace = Namespace.open('uts', child.pid)
  namespace.bind(path)
  try {
    child.kill('SIGKILL')
    await child.exited
    using again = Namespace.open('uts', path)
    expect(again.equals(namespace)).toBe(true)
    const run = launch([{ type: 'uts', flags: 0, join: path, steps: () => {} }], {
      file: '/bin/true',
    })
    expect((await run.started).namespaces.uts).toBe(namespace.identity.inode)
    await run.exited
  } finally {
    expect(spawnSync('umount', [path]).status).toBe(0)
  }
  expect(() => Namespace.open('uts', path)).toThrow(/is no namespace/)
})

test('bound on a file that is missing it is ENOENT, with both names', () => {
  using directory = new Directory()
  using namespace = Namespace.open('uts', 0)
  expect(() => namespace.bind(directory.at('missing'))).toThrow(
    expect.objectContaining({
      code: 'ENOENT',
      errno: -2,
      syscall: 'mount',
      path: `${namespace}`,
      dest: directory.at('missing'),
      message: `ENOENT: no such file or directory, mount '${namespace}' -> '${directory.at('missing')}'`,
    }),
  )
})
