import { readFileSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import { mount } from '../../../mount/src/index.ts'
import { pid } from '../../../pid/src/index.ts'
import { user } from '../../../user/src/index.ts'
import { step } from '../../src/index.ts'
import { startProgram } from '../../src/process/launch.ts'
import { Directory } from '../support/files.ts'

const directory = new Directory()
afterAll(() => directory[Symbol.dispose]())

const pause = Buffer.alloc(16)
pause.writeBigInt64LE(100_000_000n, 8)

test('the command never sees a descriptor of an init that is slow to close them', async () => {
  // Root of its user namespace may look into its init. What that held was the host's /proc: a way out of any root.
  const list = directory.at('list')
  const child = startProgram(
    [user({ map: 'root' }), pid(), mount()],
    { file: 'sh', args: ['-c', `ls -l /proc/1/fd >${list}`] },
    {
      rewrite: ({ step: original }) =>
        original.call === 'prctl' && original.operation === 'become the init'
          ? step('ppoll', [0, 0, pause, 0, 0])
          : original,
    },
  )
  expect(await child.exited).toMatchObject({ exitCode: 0 })
  const open = readFileSync(list, 'utf8')
    .split('\n')
    .filter((line) => line.includes(' -> '))
  expect(open).toEqual([expect.stringContaining('-> socket:')])
})
