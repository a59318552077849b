import { spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const repository = fileURLToPath(new URL('../..', import.meta.url))

/** Tools that no test starts; they would be most of what is copied. `node` is the machine's own. */
const tools =
  '.bin .pnpm/@biomejs+* .pnpm/@shikijs+* .pnpm/@turbo+* .pnpm/knip@* .pnpm/node@* .pnpm/playwright-core@*'
    .concat(' .pnpm/vitepress@* .pnpm/zod@*')
    .split(' ')

/** Calls back with a folder that has what runs in the machine; it is gone after. `all` is for the tests, not only the packages. */
export async function withStage({ all }, use) {
  const folder = mkdtempSync(join(tmpdir(), 'ns-vm-'))
  try {
    const parts = all ? ['tsconfig.base.json', 'tsconfig.json'] : []
    const left = all ? tools : [...tools, '.pnpm/[!@k]*', '.pnpm/@[!k]*']
    copy(
      [...parts, 'package.json', 'docs/guides', 'scripts', 'packages', 'node_modules'],
      left,
      folder,
    )
    if (all) await transpile(folder)
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function copy(parts, left, folder) {
  const excludes = left.map((it) => `--exclude=node_modules/${it}`)
  const command = [
    '-c',
    'to=$1; shift; tar -c "$@" | tar -x -C "$to" && chmod 755 "$to"',
    'sh',
    folder,
  ]
  const { status, stderr } = spawnSync('sh', [...command, ...excludes, ...parts], {
    cwd: repository,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`could not copy the repository to ${folder}: ${stderr}`)
}

/** See transpiled.mjs. esbuild is tsup's. */
async function transpile(folder) {
  const { build } = createRequire(createRequire(import.meta.url).resolve('tsup'))('esbuild')
  await build({
    absWorkingDir: folder,
    entryPoints: globSync('packages/*/{src,test}/**/*.ts', { cwd: folder }),
    outdir: 'packages',
    outbase: 'packages',
    outExtension: { '.js': '.ts.mjs' },
    format: 'esm',
    target: 'node22',
    tsconfigRaw: {},
    logLevel: 'error',
  })
}
