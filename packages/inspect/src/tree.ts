import type { Listing, NamespaceInfo, Process } from './namespace-info.ts'

/** A namespace or a process, and what belongs to it. */
export type TreeNode =
  | { readonly namespace: NamespaceInfo; readonly children: readonly TreeNode[] }
  | { readonly process: Process; readonly children: readonly TreeNode[] }

/**
 * How it all belongs together. `'owner'`: below each user namespace what it owns. `'parent'`: pid and user namespaces
 * below the one above. `'process'`: in each namespace its processes, below the process that started them. What stands
 * above and isn't in the listing leaves its children as roots.
 *
 * @see lsns(8), --tree
 */
export function tree(listing: Listing, by: 'owner' | 'parent' | 'process'): readonly TreeNode[] {
  const { namespaces, processes } = listing
  if (by === 'process')
    return namespaces.map((namespace) => ({
      namespace,
      children: processTree(processes.filter(({ pid }) => namespace.processes.includes(pid))),
    }))
  const shown =
    by === 'owner' ? namespaces : namespaces.filter(({ type }) => /^(pid|user)$/.test(type))
  // The number is unique among all types: they are inodes of one file system.
  const above = (one: NamespaceInfo) => one[by]
  return grow(
    shown,
    ({ inode }) => inode,
    above,
    (namespace, children) => ({ namespace, children }),
  )
}

function processTree(processes: readonly Process[]): readonly TreeNode[] {
  return grow(
    processes,
    ({ pid }) => pid,
    ({ parent }) => parent,
    (process, children) => ({ process, children }),
  )
}

/** Roots are those whose parent isn't there. */
function grow<Item>(
  items: readonly Item[],
  idOf: (item: Item) => number,
  parentOf: (item: Item) => number | undefined,
  make: (item: Item, children: readonly TreeNode[]) => TreeNode,
): readonly TreeNode[] {
  const ids = new Set(items.map(idOf))
  const childrenOf = new Map<number | undefined, Item[]>()
  for (const item of items) {
    const parent = parentOf(item)
    const key = parent !== undefined && ids.has(parent) ? parent : undefined
    childrenOf.set(key, [...(childrenOf.get(key) ?? []), item])
  }
  const nodeOf = (item: Item): TreeNode =>
    make(item, (childrenOf.get(idOf(item)) ?? []).map(nodeOf))
  return (childrenOf.get(undefined) ?? []).map(nodeOf)
}
