import { defineConfig } from 'tsup'

/** How every package is built: one entry, one ES module, its types. */
export const library = (entry = 'src/index.ts') =>
  defineConfig({
    entry: [entry],
    format: 'esm',
    dts: entry === 'src/index.ts',
    sourcemap: false,
    clean: true,
    target: 'node22',
    platform: 'node',
  })
