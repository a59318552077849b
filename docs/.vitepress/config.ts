import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { defineConfig } from 'vitepress'
import { charts } from './charts.ts'

const packages = new URL('../../packages/', import.meta.url)
const published = readdirSync(packages).filter((name) => {
  const manifest = new URL(`${name}/package.json`, packages)
  return existsSync(manifest) && !JSON.parse(readFileSync(manifest, 'utf8')).private
})
const page = (text: string, link: string) => ({ text, link })

/** What a page links to beside the documents is in the repository. */
function outside(href: string, from: string): string {
  const { pathname } = new URL(href, `https://repository/docs/${from}`)
  return pathname.startsWith('/docs/') ? href : `https://github.com/ns-ts/ns/tree/main${pathname}`
}

export default defineConfig({
  title: '@ns',
  description: 'Linux namespaces for TypeScript',
  cleanUrls: true,
  head: [['link', { rel: 'icon', href: '/icon.svg' }]],
  markdown: {
    config(md) {
      md.use(charts)
      md.core.ruler.push('repository links', ({ tokens, env }) => {
        for (const token of tokens.flatMap(({ children }) => children ?? [])) {
          const href = token.attrGet('href')
          if (href?.startsWith('../')) token.attrSet('href', outside(href, env.relativePath))
        }
      })
    },
  },
  vite: { build: { chunkSizeWarningLimit: 2000 } },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      page('Start', '/start'),
      page('Packages', '/packages/spawn'),
      page('API', '/api/'),
      page('Source', 'https://github.com/ns-ts/ns'),
    ],
    sidebar: [
      {
        text: 'Begin',
        items: [
          page('Start here', '/start'),
          page('The idea', '/idea'),
          page('How a start works', '/architecture'),
        ],
      },
      {
        text: 'Guides',
        items: [
          page('Rootless', '/guides/rootless'),
          page('Containers and CI', '/guides/containers'),
          page('AppArmor', '/guides/apparmor'),
          page('Networks for tests', '/guides/networks'),
          page('Seeing namespaces', '/guides/seeing'),
          page('Security', '/guides/security'),
        ],
      },
      {
        text: 'Packages',
        items: published.map((name) => page(`@ns/${name}`, `/packages/${name}`)),
      },
      {
        text: 'Look up',
        items: [
          page('Errors by code', '/errors'),
          page('API', '/api/'),
          page('Performance', '/performance'),
          page('Performance of networks', '/performance-net'),
          page('Platforms', '/platforms'),
          page('Comparison', '/comparison'),
          page('Conventions', '/conventions'),
        ],
      },
    ],
  },
})
