import { expect, test } from 'vitest'
import { type Listing, type NamespaceInfo, type TreeNode, tree } from '../src/index.ts'
import { typeOfLink } from '../src/link.ts'

const held = { mounts: [], fds: [], sockets: [] }
const one = (
  type: NamespaceInfo['type'],
  inode: number,
  more: Partial<NamespaceInfo>,
): NamespaceInfo => ({ type, inode, processes: [], ...held, ...more })

const listing: Listing = {
  partial: false,
  namespaces: [
    one('user', 1, { processes: [10] }),
    one('pid', 2, { owner: 1, processes: [10, 11, 12, 13] }),
    one('user', 3, { owner: 1, parent: 1 }),
    one('uts', 4, { owner: 3 }),
    one('pid', 5, { owner: 3, parent: 2 }),
    one('net', 6, { owner: 99 }),
  ],
  processes: [
    { pid: 10, parent: 1, uid: 0, command: 'sh' },
    { pid: 11, parent: 10, uid: 0, command: 'a' },
    { pid: 12, parent: 11, uid: 0, command: 'b' },
    { pid: 13, parent: 10, uid: 0, command: 'c' },
  ],
}

/** `1(2 3)`: the numbers alone. */
function outline(nodes: readonly TreeNode[]): string {
  return nodes
    .map((node) => {
      const name = 'process' in node ? node.process.pid : node.namespace.inode
      return node.children.length ? `${name}(${outline(node.children)})` : `${name}`
    })
    .join(' ')
}

test('by owner: below each user namespace what it owns; an owner that is not shown has none', () => {
  expect(outline(tree(listing, 'owner'))).toBe('1(2 3(4 5)) 6')
})

test('by parent: pid and user namespaces below the one above', () => {
  expect(outline(tree(listing, 'parent'))).toBe('1(3) 2(5)')
})

test('by process: in each namespace its processes, below the one that started them', () => {
  expect(outline(tree(listing, 'process'))).toBe('1(10) 2(10(11(12) 13)) 3 4 5 6')
})

test('links name type and number, and nothing else does', () => {
  expect(typeOfLink('mnt:[4026531832]')).toEqual({ type: 'mount', inode: 4026531832 })
  for (const link of ['socket:[1]', 'mnt:[x]', '/tmp/mnt:[1]', 'mnt:[1] (deleted)', ''])
    expect(typeOfLink(link)).toBeUndefined()
})
