import { checkLeaks, Scratch } from '@ns/testkit'
import { expect, test } from 'vitest'
import { NetNs } from '../src/index.ts'

checkLeaks()

test('without privilege no name is given in mounts that are not his', async () => {
  using scratch = new Scratch()
  const directory = scratch.at('netns')
  const refusal = NetNs.createNamed('box', { directory })
  await expect(refusal).rejects.toMatchObject({ code: 'EPERM', syscall: 'mount', path: directory })
  expect(await NetNs.list({ directory })).toEqual([])
})
