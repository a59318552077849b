import { asCaller, describeNamespace, shell } from '@ns/testkit'
import { expect, test } from 'vitest'
import { sample } from '../src/index.ts'

describeNamespace({
  type: 'uts',
  create: () => sample(),
  join: (ref) => sample({ join: ref }),
})

test('the command runs inside', async () => {
  const { stdout } = await shell(asCaller([sample()]), 'echo inside')
  expect(stdout).toBe('inside\n')
})
