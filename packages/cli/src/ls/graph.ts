import type { Listing, NamespaceInfo } from '@ns/inspect'

/** An arrow: from the owner, or dotted from the one above. */
interface Edge {
  readonly from: number
  readonly to: number
  readonly dotted: boolean
}

function edgesOf({ namespaces }: Listing): readonly Edge[] {
  const shown = new Set(namespaces.map(({ inode }) => inode))
  return namespaces.flatMap(({ inode: to, owner, parent }) => {
    const solid =
      owner !== undefined && shown.has(owner) ? [{ from: owner, to, dotted: false }] : []
    const isOther = parent !== undefined && parent !== owner && shown.has(parent)
    return isOther ? [...solid, { from: parent, to, dotted: true }] : solid
  })
}

/** Two lines, of which nothing is anybody else's word: no quoting is needed. */
function labelOf({ type, inode, processes: { length } }: NamespaceInfo): readonly [string, string] {
  return [`${type} ${inode}`, `${length} process${length === 1 ? '' : 'es'}`]
}

/** The graph for Markdown: owners with lines, parents with dots. */
export function mermaid(listing: Listing): string {
  const nodes = listing.namespaces.map((one) => `  n${one.inode}["${labelOf(one).join('<br>')}"]`)
  const edges = edgesOf(listing).map(
    ({ from, to, dotted }) => `  n${from} ${dotted ? '-.->' : '-->'} n${to}`,
  )
  return ['graph TD', ...nodes, ...edges].join('\n')
}

/** The same for Graphviz. */
export function dot(listing: Listing): string {
  const nodes = listing.namespaces.map(
    (one) => `  ${one.inode} [label="${labelOf(one).join('\\n')}"]`,
  )
  const edges = edgesOf(listing).map(
    ({ from, to, dotted }) => `  ${from} -> ${to}${dotted ? ' [style=dotted]' : ''}`,
  )
  return ['digraph namespaces {', '  node [shape=box]', ...nodes, ...edges, '}'].join('\n')
}
