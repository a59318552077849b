import { type TestContext, vi } from 'vitest'
import * as first from '../../src/index.ts'

/** Another copy of the package, as two versions in one tree make it. */
export async function secondCopy({ skip }: TestContext): Promise<typeof first> {
  vi.resetModules()
  const second = await import('../../src/index.ts')
  skip(
    second.launch === first.launch,
    'modules are Node’s own here (scripts/vm): there is no second copy',
  )
  return second
}
