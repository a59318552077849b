import { symlinkSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'tsup'
import type { Directory } from '../../support/files.ts'

/** A fixture and all that it imports as one file of JavaScript in the directory: hundreds of programs begin at once. */
export async function bundle(name: string, into: Directory): Promise<string> {
  await build({
    entry: [fileURLToPath(new URL(`../fixtures/${name}.ts`, import.meta.url))],
    outDir: into.path,
    format: 'esm',
    target: 'node22',
    outExtension: () => ({ js: '.mjs' }),
    noExternal: [/^@ns\//],
    esbuildOptions: (options) => {
      options.conditions = ['@ns/source']
    },
    config: false,
    tsconfig: fileURLToPath(new URL('../../../tsconfig.json', import.meta.url)),
    silent: true,
  })
  // Where the bundle asks for koffi.
  symlinkSync(
    fileURLToPath(new URL('../../../node_modules', import.meta.url)),
    into.at('node_modules'),
  )
  return into.at(`${name}.mjs`)
}
