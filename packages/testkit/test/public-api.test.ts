import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

// What is public is what `pnpm build` puts into the types that are published. A change that is meant is accepted with
// `pnpm api`, and seen in review as a change of these files.

const packages = join(import.meta.dirname, '../..')
const manifestOf = (name: string) =>
  JSON.parse(readFileSync(join(packages, name, 'package.json'), 'utf8'))
const libraries = readdirSync(packages).filter((name) => {
  const manifest = manifestOf(name)
  return !manifest.private && manifest.exports['.']
})

describe.each(libraries)('@ns/%s', (name) => {
  const types = readFileSync(join(packages, name, 'dist/index.d.ts'), 'utf8')
  const api = types.replaceAll(/^\s*\/\*\*[\s\S]*?\*\/\n/gm, '').replaceAll(/\n{2,}/g, '\n')

  test('is what api.d.ts says', async () => {
    await expect(api).toMatchFileSnapshot(join(packages, name, 'api.d.ts'))
  })

  test('knows only packages that it depends on, and koffi is none of them', () => {
    const imported = [...api.matchAll(/\bfrom '([^']+)'|\bimport\('([^']+)'\)/g)]
    const foreign = imported.map(([, from, type]) => from ?? type ?? '')
    const dependencies = Object.keys(manifestOf(name).dependencies ?? {})
    const known = (target: string) => target.startsWith('node:') || dependencies.includes(target)
    expect(foreign.filter((target) => !known(target))).toEqual([])
    expect(api).not.toMatch(/koffi/i)
  })
})
