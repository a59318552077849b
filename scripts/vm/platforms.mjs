import { existsSync, readFileSync, writeFileSync } from 'node:fs'

const data = new URL('../../docs/platforms.json', import.meta.url)
const page = new URL('../../docs/platforms.md', import.meta.url)
const begin = '<!-- written by pnpm test:vm -->'

/**
 * Puts the result of a test file into docs/platforms.json, by platform, lane and file, and writes the tables below the mark
 * in docs/platforms.md.
 */
export function record({ arch, kernel }, result) {
  const platforms = existsSync(data) ? JSON.parse(readFileSync(data, 'utf8')) : {}
  platforms[`${arch} ${kernel}`] ??= {}
  const { lane, file = '(vitest)', passed = 0, failed, skipped = [] } = result
  const numbers = { passed, failed: failed.map(short), skipped: skipped.map(short) }
  platforms[`${arch} ${kernel}`][`${lane} ${file}`] = numbers
  writeFileSync(data, `${JSON.stringify(platforms, undefined, 1)}\n`)
  const [head] = readFileSync(page, 'utf8').split(begin)
  writeFileSync(page, `${head}${begin}\n\n${tables(platforms)}`)
}

const short = ([title, message]) => [title, message.split('\n')[0].slice(0, 160)]

function tables(platforms) {
  const rows = [
    ['platform', 'package', 'user', 'passed', 'failed', 'skipped'],
    Array(6).fill('---'),
  ]
  const remarks = []
  for (const [platform, files] of Object.entries(platforms).sort()) {
    const groups = Object.groupBy(Object.entries(files), ([key]) => {
      const [lane, file] = key.split(' ')
      return `${file.split('/')[1] ?? file} ${lane}`
    })
    for (const [group, entries] of Object.entries(groups).sort()) {
      const [name, lane] = group.split(' ')
      const count = (of) => entries.reduce((sum, [, it]) => sum + of(it), 0)
      const numbers = [(it) => it.passed, (it) => it.failed.length, (it) => it.skipped.length].map(
        count,
      )
      rows.push([platform, name, lane, ...numbers])
      for (const kind of ['failed', 'skipped'])
        for (const [title, reason] of entries.flatMap(([, it]) => it[kind]))
          remarks.push(
            `- ${platform}, ${name}, ${lane}, ${kind}: ${plain(title)}: ${plain(reason)}`,
          )
    }
  }
  const table = rows.map((row) => `| ${row.join(' | ')} |`).join('\n')
  return `${table}\n${remarks.length > 0 ? `\n## Failed or skipped\n\n${remarks.join('\n')}\n` : ''}`
}

/** As code, since titles and messages have signs that Markdown or Vue would take for theirs. */
const plain = (text) => `\`${text.replaceAll('`', "'")}\``
