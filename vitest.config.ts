import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { defineConfig } from 'vitest/config'
import { slower } from './packages/testkit/src/slower.ts'

const uid = process.getuid?.()
const lane = process.env.NS_LANE ?? (uid === 0 ? 'root' : 'user')
const lanes = ['root', 'user', 'subids']
// The attacks take long, and none of them depends on how the clone is called: the lane without clone3 goes without.
const without = process.env.NS_WITHOUT ? [`**/${process.env.NS_WITHOUT}/**`] : []
// With subordinate ids little is different: only what takes them runs there.
const only = lane === 'subids' ? '.subids' : ''

// Tests import the packages' sources: nothing has to be built, nothing built can be stale.
const conditions = ['@ns/source', 'node', 'module', 'development|production']

export default defineConfig({
  // Outside of node_modules, which belongs to whoever installed: another user runs the tests too.
  cacheDir: `${tmpdir()}/ns-vitest-${uid}`,
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    pool: 'forks',
    // The tests count what exists once per machine: processes, mounts, namespaces.
    fileParallelism: false,
    testTimeout: 60_000 * slower,
    hookTimeout: 60_000 * slower,
    // A machine that others use too fails one of thousands now and then. It is tried once more, and named at the end of the
    // run (scripts/tally.mjs): whoever sees the same name twice has found a race, not a busy machine.
    retry: process.env.CI === 'true' ? 1 : 0,
    env: { NS_LANE: lane },
    // A program that a test starts with `fork` sees the sources as well.
    execArgv: ['--conditions=@ns/source'],
    projects: readdirSync(new URL('packages', import.meta.url)).map((name) => ({
      extends: true,
      test: {
        name,
        include: [`packages/${name}/test/**/*${only}.test.ts`],
        exclude: [
          ...lanes.filter((it) => it !== lane).map((it) => `**/*.${it}.test.ts`),
          ...without,
        ],
      },
    })),
  },
})
