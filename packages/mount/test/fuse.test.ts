import { execFile } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { checkLeaks, lane, needs, Scratch, userNamespaces } from '@ns/testkit'
import { beforeEach, expect, test } from 'vitest'

beforeEach(
  needs(userNamespaces, () => {
    try {
      accessSync('/dev/fuse', constants.R_OK | constants.W_OK)
      return undefined
    } catch (error) {
      return `${error}`
    }
  }),
)
checkLeaks()

test('C19: a directory of a FUSE file system is bound by its owner, and by nobody else', async () => {
  using scratch = new Scratch()
  const fixture = join(import.meta.dirname, 'fixtures/fuse.ts')
  const asRoot = lane === 'root' ? [] : ['--user', '--map-root-user']
  const node = [process.execPath, '--conditions=@ns/source', fixture]
  const places = [scratch.directory('fuse'), scratch.directory('target')]
  const { stdout } = await promisify(execFile)('unshare', [
    ...[...asRoot, '--mount', '--propagation', 'private'],
    ...[...node, ...places, ...(lane === 'root' ? ['others'] : [])],
  ])
  expect(JSON.parse(stdout)).toEqual({
    owner: 'of the file system\n',
    ...(lane === 'root' ? { other: expect.stringMatching(/^bind: .*EACCES.*open_tree/) } : {}),
  })
}, 60_000)
