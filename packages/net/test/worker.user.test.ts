import { checkLeaks } from '@ns/testkit'
import { expect, test } from 'vitest'
import { NetNs } from '../src/index.ts'

checkLeaks()

test('a Worker inside takes privilege, and says so', async () => {
  using ns = await NetNs.create()
  expect(() => ns.worker(new URL('fixtures/worker.mjs', import.meta.url))).toThrow(
    expect.objectContaining({
      code: 'ERR_NS_PERMISSION',
      message: expect.stringContaining('CAP_SYS_ADMIN'),
    }),
  )
})
