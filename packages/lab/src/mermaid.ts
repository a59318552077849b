import { type Line, perfect } from './impairment.ts'
import type { Network } from './network/network.ts'
import type { Node } from './node/node.ts'

/** A lab as a flowchart for Mermaid: names, addresses, and what lines do. */
export function mermaidOf(nodes: readonly Node[], networks: readonly Network[]): string {
  const idOf = (node: Node) => `n${nodes.indexOf(node)}`
  const boxes = nodes.map((node) => {
    const text = label([node.name, ...node.addresses.filter((it) => !it.includes(':'))])
    return node.routing ? `${idOf(node)}{{${text}}}` : `${idOf(node)}[${text}]`
  })
  const lines = networks.flatMap((network, i) => {
    const { kind, name, subnets, members, line } = network
    const what = describe(line)
    if (kind === 'link' && members.length === 2) {
      const [a, b] = network.nodes.map(idOf)
      return [`${a} ---${what.length > 0 ? `|${label(what)}|` : ''} ${b}`]
    }
    const hub = `s${i}((${label([name, ...subnets.slice(0, 1), ...what])}))`
    return [hub, ...network.nodes.map((node) => `${idOf(node)} --- s${i}`)]
  })
  return ['graph LR', ...[...boxes, ...lines].map((line) => `  ${line}`)].join('\n')
}

function label(parts: readonly string[]): string {
  return `"${parts.join('<br>').replaceAll('"', '#quot;')}"`
}

function describe(line: Line): string[] {
  const { latency, jitter, rate } = line
  const shares = (['loss', 'duplicate', 'reorder'] as const).filter((key) => line[key] > 0)
  return [
    ...(latency > 0 ? [`${latency}${jitter > 0 ? ` ± ${jitter}` : ''} ms`] : []),
    ...shares.map((key) => `${Math.round(line[key] * 1e4) / 100} % ${key}`),
    ...(rate === perfect.rate ? [] : [`${rate / 1e6} Mbit/s`]),
  ]
}
