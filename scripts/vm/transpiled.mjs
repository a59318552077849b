// `node --import` of this file: a TypeScript source is loaded as what esbuild has made of it, `x.ts.mjs` beside it. Node's own
// type stripping is WebAssembly, which crashes in about one of ten runs on an emulated arm64, and is slow on any.
import { existsSync, readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'

registerHooks({
  load(url, context, next) {
    const path = url.startsWith('file:') ? `${fileURLToPath(url)}.mjs` : ''
    if (!path.endsWith('.ts.mjs') || !existsSync(path)) return next(url, context)
    return { format: 'module', source: readFileSync(path), shortCircuit: true }
  },
})
