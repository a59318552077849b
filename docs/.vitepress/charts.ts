import type { MarkdownRenderer } from 'vitepress'

// The bench's figures as bars: each table of the performance page that has a column of milliseconds gets a chart
// above it, drawn of the table itself, so that they can't disagree.

interface Bar {
  readonly label: string
  /** Median and quartiles of the first column, and the median of the second where that is milliseconds too. */
  readonly first: readonly [number, number, number]
  readonly second: number | undefined
}

const WIDTH = 360
const ROW = 38

/** A plugin of markdown-it. */
export function charts(md: MarkdownRenderer): void {
  md.core.ruler.push('charts', (state) => {
    if (state.env.relativePath !== 'performance.md') return
    for (let at = state.tokens.length - 1; at >= 0; at--) {
      if (state.tokens[at]?.type !== 'table_open') continue
      const end = state.tokens.findIndex(({ type }, i) => i > at && type === 'table_close')
      const svg = chartOf(rowsOf(state.tokens.slice(at, end)))
      if (!svg) continue
      const figure = new state.Token('html_block', '', 0)
      figure.content = `<figure class="chart" style="max-width:36rem;margin:1rem 0">${svg}</figure>\n`
      state.tokens.splice(at, 0, figure)
    }
  })
}

/** The texts of a table's cells, row by row. */
function rowsOf(tokens: readonly { type: string; content: string }[]): string[][] {
  const rows: string[][] = []
  for (const { type, content } of tokens) {
    if (type === 'tr_open') rows.push([])
    if (type === 'inline') rows.at(-1)?.push(content)
  }
  return rows
}

/** Undefined if the table's second column isn't milliseconds. */
function chartOf([heading = [], ...rows]: readonly string[][]): string | undefined {
  const [, first = '', second = ''] = heading
  const isTime = (text: string) => text.endsWith(', ms')
  if (!isTime(first)) return undefined
  const bars = rows.flatMap(([label = '', cell = '', next = '']): Bar[] => {
    const [median, low, high] = numbers(cell)
    if (median === undefined || low === undefined || high === undefined) return []
    return [
      { label, first: [median, low, high], second: isTime(second) ? numbers(next)[0] : undefined },
    ]
  })
  return bars.length > 0 ? draw(bars, [first, second]) : undefined
}

function numbers(cell: string): number[] {
  return [...cell.matchAll(/\d+\.\d+/g)].map(Number)
}

function draw(bars: readonly Bar[], [first, second]: readonly [string, string]): string {
  const longest = Math.max(...bars.flatMap((bar) => [bar.first[2], bar.second ?? 0]))
  const x = (value: number) => ((value / longest) * (WIDTH - 44)).toFixed(1)
  const hasSecond = bars.some((bar) => bar.second !== undefined)
  const rows = bars.map(({ label, first: [median, low, high], second: other }, i) => {
    const y = 22 + i * ROW
    return `<text x="0" y="${y + 11}">${plain(label)}</text>
<rect x="0" y="${y + 16}" width="${x(median)}" height="9" fill="var(--vp-c-brand-1)" />
<path d="M${x(low)} ${y + 20.5}H${x(high)}" stroke="var(--vp-c-text-1)" />
<text x="${Number(x(high)) + 5}" y="${y + 24}">${median.toFixed(2)}</text>
${other === undefined ? '' : `<rect x="0" y="${y + 26}" width="${x(other)}" height="4" fill="var(--vp-c-gray-1)" />`}`
  })
  const what = hasSecond ? `${first}; grey: ${second.replace(/, ms$/, ' of heap')}` : first
  const height = 22 + bars.length * ROW
  return `<svg viewBox="0 0 ${WIDTH} ${height}" width="100%" role="img" aria-label="${plain(what)}" font-size="11" fill="currentColor">
<text x="0" y="12" font-weight="600">${plain(what)}</text>
${rows.join('\n')}
</svg>`
}

function plain(text: string): string {
  return text
    .replaceAll('`', '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('"', '&quot;')
}
