import { defineConfig } from 'tsup'

/** How every package is built: one entry, one ES module, its types. */
export const library = (entry = 'src/index.ts') =>
  defineConfig({
    entry: [entry],
    format: 'esm',
    // Without what is marked @internal. Types of other packages come from what they have built: their sources are checked
    // once, by `pnpm typecheck`.
    dts: entry === 'src/index.ts' && {
      compilerOptions: { customConditions: [], stripInternal: true },
    },
    sourcemap: false,
    clean: true,
    target: 'node22',
    platform: 'node',
  })
