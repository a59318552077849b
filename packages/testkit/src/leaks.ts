import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { output } from './output.ts'
import { countResources, markChildren, type Resources } from './resources.ts'
import { slower } from './slower.ts'

/** Every test of the file, or of the `describe` around it, leaves what it found. */
export function checkLeaks(): void {
  let before: Resources
  beforeAll(warmUp)
  beforeEach(() => {
    before = countResources()
  })
  afterEach(async () => await expectNoLeaks(before))
}

/** What is made once per process: the event source, the launcher's memfd, libuv's signal pipe. */
async function warmUp(): Promise<void> {
  markChildren()
  await output([], { file: 'true' })
  await once(spawn('true'), 'close')
}

/** Fails if there is more, or if mounts are others, than before; the kernel is given 2 s to free what is gone, more where all is `slower`. */
export async function expectNoLeaks(before: Resources): Promise<void> {
  const deadline = performance.now() + 2000 * slower
  let left = leftOver(before, countResources())
  while (Object.keys(left).length > 0 && performance.now() < deadline) {
    await setTimeout(10)
    left = leftOver(before, countResources())
  }
  expect(left, 'left behind').toEqual({})
}

function leftOver(before: Resources, after: Resources): Record<string, readonly string[]> {
  const without = (list: readonly string[], known: readonly string[]) => {
    const set = new Set(known)
    return list.filter((it) => !set.has(it))
  }
  const keys = Object.keys(before) as (keyof Resources)[]
  const left = {
    ...Object.fromEntries(keys.map((key) => [key, without(after[key], before[key])])),
    'mounts that are gone': without(before.mounts, after.mounts),
    'another order of mounts': before.mounts.join() === after.mounts.join() ? [] : after.mounts,
  }
  return Object.fromEntries(Object.entries(left).filter(([, list]) => list.length > 0))
}
