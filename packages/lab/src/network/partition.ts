import { invalidOption } from '@ns/syscalls'
import type { Node } from '../node/node.ts'

/** Whether nothing passes between two nodes. */
export type IsCut = (from: Node, to: Node) => boolean

/** Nobody is cut off. */
export const whole: IsCut = () => false

/**
 * Between nodes of different groups nothing passes; those in no group speak with all.
 *
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION` for a node in two groups
 */
export function partitionOf(groups: readonly (readonly Node[])[]): IsCut {
  const groupOf = new Map<Node, number>()
  for (const [i, group] of groups.entries())
    for (const node of group) {
      if (groupOf.has(node)) throw invalidOption(`partition: ${node.name} is in two groups`, 'net')
      groupOf.set(node, i)
    }
  return (from, to) => {
    const [one, other] = [groupOf.get(from), groupOf.get(to)]
    return one !== undefined && other !== undefined && one !== other
  }
}
