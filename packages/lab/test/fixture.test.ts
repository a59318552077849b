import { countResources, expectNoLeaks, type Resources } from '@ns/testkit'
import { afterAll, test as base, beforeAll, expect } from 'vitest'
import { createLab, type Lab } from '../src/index.ts'

// The fixture of the README.
const labs: Lab[] = []
const test = base.extend<{ lab: Lab }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads what a fixture needs from its text
  lab: async ({}, use) => {
    await using lab = await createLab()
    labs.push(lab)
    await use(lab)
  },
})

// A fixture ends behind the hooks of its test, so all are counted once.
let before: Resources
beforeAll(async () => {
  const lab = await createLab() // makes what this process keeps: the event source, the launcher
  await lab.close()
  before = countResources()
})
afterAll(async () => await expectNoLeaks(before))

test('a test that asks for a lab has one', async ({ lab }) => {
  const [a, b] = await lab.nodes('a', 'b')
  await lab.link(a, b)
  expect(labs).toEqual([lab])
})

test.fails('one that fails has one too', async ({ lab }) => {
  lab.mermaid()
  await lab.node('a')
  expect(labs).toHaveLength(0)
})

test('the next has another, and those before have ended', async ({ lab }) => {
  expect(labs).toHaveLength(3)
  expect(lab.mermaid()).toBe('graph LR')
  for (const ended of labs.slice(0, 2)) expect(() => ended.heal()).toThrow(/has ended/)
})
