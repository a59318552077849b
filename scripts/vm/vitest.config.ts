import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/**
 * The repository's tests, arranged for a machine where code runs 10 to 30 times slower: one project, one process for all
 * files, and the modules are Node's own, which finds them transpiled (./transpiled.mjs).
 */
const lane = process.env.NS_LANE ?? 'root'
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url))

export default defineConfig({
  root: here('../..'),
  cacheDir: '/tmp/ns-vitest-vm',
  test: {
    pool: 'forks',
    isolate: false,
    fileParallelism: false,
    experimental: { viteModuleRunner: false, nodeLoader: false },
    testTimeout: 900_000,
    hookTimeout: 900_000,
    teardownTimeout: 120_000,
    env: { NS_LANE: lane },
    execArgv: ['--conditions=@ns/source'],
    include: [`packages/*/test/**/*${lane === 'subids' ? '.subids' : ''}.test.ts`],
    exclude: [
      ...['root', 'user', 'subids'].filter((it) => it !== lane).map((it) => `**/*.${it}.test.ts`),
      '**/node_modules/**',
    ],
    reporters: ['default', here('reporter.mjs')],
  },
})
