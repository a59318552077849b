import { accessSync, constants, existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { NamespaceError } from '@ns/syscalls'
import { readText } from './files.ts'
import { readDirectory } from './membership.ts'

/**
 * Where a cgroup of ours belongs: the nearest at or above our own that we may write to and that has no processes of its
 * own, as only such a one hands controllers on; the root of the tree is exempt (cgroups(7), "no internal processes").
 *
 * @throws {NamespaceError} `ERR_NS_UNSUPPORTED` without cgroup v2, `ERR_NS_PERMISSION` where nothing was delegated
 */
export function findParent(): string {
  const start = readDirectory(process.pid)
  for (let directory = start; isCgroup(directory); directory = dirname(directory))
    if (isWritable(directory) && mayHaveChildren(directory)) return directory
  throw new NamespaceError(`cgroup: no cgroup at or above '${start}' is ours to make one in`, {
    code: 'ERR_NS_PERMISSION',
    namespace: 'cgroup',
    operation: 'create',
    hint: 'have a subtree delegated, and be in a child of it: systemd-run --user --scope -p Delegate=yes COMMAND, or Cgroup.delegate by root; or name a parent',
  })
}

const isCgroup = (directory: string) => existsSync(`${directory}/cgroup.procs`)

/** The root has no type. */
const mayHaveChildren = (directory: string) =>
  !existsSync(`${directory}/cgroup.type`) || readText(`${directory}/cgroup.procs`) === ''

/** Who may move processes from here to a child may write to these. */
function isWritable(directory: string): boolean {
  try {
    for (const path of [
      directory,
      `${directory}/cgroup.procs`,
      `${directory}/cgroup.subtree_control`,
    ])
      accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}
