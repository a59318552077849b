import { readdirSync, readFileSync } from 'node:fs'

const packages = new URL('../packages/', import.meta.url)
const libraries = readdirSync(packages).filter((name) => {
  const manifest = JSON.parse(readFileSync(new URL(`${name}/package.json`, packages), 'utf8'))
  return !manifest.private && manifest.exports['.']
})

/** A page for each package, from the doc comments of what it exports. */
export default {
  entryPointStrategy: 'packages',
  entryPoints: libraries.map((name) => `../packages/${name}`),
  packageOptions: { entryPoints: ['src/index.ts'], readme: 'none' },
  plugin: ['typedoc-plugin-markdown'],
  out: 'api',
  name: 'API',
  readme: 'none',
  entryFileName: 'index',
  router: 'module',
  hideBreadcrumbs: true,
  useHTMLAnchors: true,
  hidePageHeader: true,
  disableSources: true,
  excludeInternal: true,
  excludePrivate: true,
  logLevel: 'Error',
}
