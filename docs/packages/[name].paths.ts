import { readdirSync, readFileSync } from 'node:fs'

const packages = new URL('../../packages/', import.meta.url)

/** A page for each published package: its README. */
export default {
  watch: ['../../packages/*/README.md'],
  paths: () =>
    readdirSync(packages)
      .filter((name) => !manifestOf(name).private)
      .map((name) => ({ params: { name }, content: contentOf(name) })),
}

function manifestOf(name: string): { private?: boolean } {
  return JSON.parse(readFileSync(new URL(`${name}/package.json`, packages), 'utf8'))
}

/** Links that lead to another package, or into docs, lead to its page; all others stay in the repository. */
function contentOf(name: string): string {
  return readFileSync(new URL(`${name}/README.md`, packages), 'utf8')
    .replaceAll(/\]\(\.\.\/([a-z]+)\/?\)/g, '](/packages/$1)')
    .replaceAll(/\]\(\.\.\/\.\.\/docs\/([a-z/-]+)\.md(#[a-z-]+)?\)/g, '](/$1$2)')
    .replaceAll(/\]\((\.\.?\/[^)]*)\)/g, (_, path) => `](${sourceOf(name, path)})`)
}

function sourceOf(name: string, path: string): string {
  const { pathname } = new URL(path, `https://repository/packages/${name}/`)
  return `https://github.com/ns-ts/ns/tree/main${pathname}`
}
