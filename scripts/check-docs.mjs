// Builds the documents as a site and opens every page in headless Chromium: no broken link or anchor, no error on the
// console, readable on a phone's width, and the search finds things without a network.
//
//   pnpm docs:check
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const site = fileURLToPath(new URL('../docs/.vitepress/dist', import.meta.url))
const types = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
}
const problems = []

run('typedoc', '--options', 'docs/typedoc.mjs')
run('vitepress', 'build', 'docs')

const server = createServer(serve).listen(0, '127.0.0.1')
await once(server, 'listening')
const origin = `http://127.0.0.1:${server.address().port}`
// As root in a container: Chromium has no sandbox of its own there, and the pages are ours.
const browser = await chromium.launch({ executablePath: browserPath(), args: ['--no-sandbox'] })
try {
  const page = await browser.newPage({ viewport: { width: 390, height: 844 } })
  const at = () => page.url().replace(origin, '')
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`${at()}: ${message.text()}`)
  })
  page.on('pageerror', (error) => problems.push(`${at()}: ${error.message}`))
  page.on('request', (request) => {
    if (!request.url().startsWith(origin)) problems.push(`${at()}: asks ${request.url()}`)
  })
  const visited = await visitAll(page)
  await search(page)
  await page.goto(`${origin}/performance`)
  if ((await page.locator('figure.chart svg').count()) === 0)
    problems.push('/performance: no chart')
  console.log(`${visited} pages opened, ${problems.length} problems`)
} finally {
  await browser.close()
  server.close()
}
for (const problem of new Set(problems)) console.error(problem)
process.exitCode = problems.length > 0 ? 1 : 0

/** Follows every link of ours from the first page on. */
async function visitAll(page) {
  const anchors = new Map()
  const wanted = new Map() // page#anchor → where it is linked
  const open = ['/']
  for (const path of open) {
    // On a busy machine the network is idle before a long page is parsed: ids at its end would be missing.
    const response = await page.goto(origin + path, { waitUntil: 'load' })
    await page.waitForLoadState('networkidle')
    if (response.status() !== 200) problems.push(`${path}: ${response.status()}`)
    const { links, ids, width } = await page.evaluate(() => ({
      links: [...document.querySelectorAll('a[href]')].map((link) => link.href),
      ids: [...document.querySelectorAll('[id]')].map(({ id }) => id),
      width: document.documentElement.scrollWidth,
    }))
    anchors.set(path, new Set(ids))
    if (width > 390) problems.push(`${path}: ${width} pixels wide on a phone of 390`)
    for (const link of links.filter((href) => href.startsWith(origin))) {
      const { pathname, hash } = new URL(link)
      if (!open.includes(pathname)) open.push(pathname)
      if (hash) wanted.set(`${pathname}${decodeURIComponent(hash)}`, path)
    }
  }
  for (const [target, path] of wanted) {
    const [pathname, id] = target.split('#')
    if (!anchors.get(pathname)?.has(id)) problems.push(`${path}: no anchor at ${target}`)
  }
  return open.length
}

async function search(page) {
  await page.setViewportSize({ width: 1280, height: 800 })
  await page.goto(origin, { waitUntil: 'networkidle' })
  await page.keyboard.press('Control+k')
  await page.locator('.VPLocalSearchBox input').fill('newuidmap')
  await page.locator('.VPLocalSearchBox .result').first().waitFor({ timeout: 10_000 })
}

function serve({ url }, response) {
  const path = join(site, decodeURIComponent(new URL(url, 'http://site').pathname))
  const file = [path, `${path}.html`, join(path, 'index.html')].find(isFile)
  response.writeHead(file ? 200 : 404, {
    'content-type': types[extname(file ?? '')] ?? 'text/plain',
  })
  response.end(file && readFileSync(file))
}

function isFile(path) {
  return existsSync(path) && statSync(path).isFile()
}

function browserPath() {
  const known = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
  const path = process.env.CHROMIUM ?? known.find(existsSync)
  if (!path) throw new Error('Chromium is missing: install it, or set CHROMIUM to its path')
  return path
}

function run(command, ...args) {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  if (error || status !== 0) throw new Error(`${command} ${args.join(' ')}`, { cause: error })
}
