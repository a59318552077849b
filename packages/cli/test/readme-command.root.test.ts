import { hostname } from 'node:os'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { execute } from './support/ns.ts'

const repository = fileURLToPath(new URL('../../..', import.meta.url))

// In the root lane: the checkout of a test run as root is not the ordinary user's, so that he cannot build in it.
// What has changed since the last build is built first: that takes its time.
test("the README's command works in a clone, its exit code as well", {
  timeout: 300_000,
}, async () => {
  const script = 'hostname; id -u; ps aux; exit 3'
  const words = ['npx', '-y', 'pnpm@12.21.0', 'ns', 'run', '--all', '--', 'sh', '-c', script]
  const outcome = await execute(words, { cwd: repository })
  expect(outcome.stdout).toMatch(/^ns\n0\nUSER .*\nroot +1 .*ns-init\nroot +2 .*\nroot .*ps aux\n/m)
  expect(outcome.code).toBe(3)
  expect(hostname()).not.toBe('ns')
})
