import { readFileSync } from 'node:fs'
import { NamespaceError } from '@ns/syscalls'
import { directoryOf } from './hierarchies.ts'

/** Where a process is in one hierarchy (cgroups(7)). */
export interface Membership {
  /** 0: cgroup v2. */
  readonly hierarchy: number
  /** Of a v1 hierarchy; a named one is `name=…`. */
  readonly controllers: readonly string[]
  /** Below the root of the reader's own cgroup namespace: `/..` leads out of it. */
  readonly path: string
}

/** Reads the kernel's format: `0::/user.slice`. */
export function parseMemberships(text: string): Membership[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [hierarchy = '', controllers = '', ...path] = line.split(':')
      return {
        hierarchy: Number(hierarchy),
        controllers: controllers.split(',').filter(Boolean),
        path: path.join(':'),
      }
    })
}

/**
 * The cgroups of a process, as we see them.
 *
 * @throws {NamespaceError} `ERR_NS_NO_SUCH_PROCESS` when it is gone
 */
export function readMemberships(pid: number): Membership[] {
  try {
    return parseMemberships(readFileSync(`/proc/${pid}/cgroup`, 'utf8'))
  } catch (cause) {
    throw new NamespaceError(`cgroup: there is no process ${pid}`, {
      code: 'ERR_NS_NO_SUCH_PROCESS',
      namespace: 'cgroup',
      operation: 'read',
      cause,
    })
  }
}

/**
 * The directory of a process's version 2 cgroup.
 *
 * @throws {NamespaceError} `ERR_NS_NO_SUCH_PROCESS` when it is gone, `ERR_NS_UNSUPPORTED` where we have none mounted that it is in
 */
export function readDirectory(pid: number): string {
  const path = readMemberships(pid).find(({ hierarchy }) => hierarchy === 0)?.path
  const mountinfo = readFileSync('/proc/self/mountinfo', 'utf8')
  const directory = path === undefined ? undefined : directoryOf(path, mountinfo)
  if (directory !== undefined) return directory
  throw new NamespaceError(`cgroup: no cgroup v2 is mounted that process ${pid} is in`, {
    code: 'ERR_NS_UNSUPPORTED',
    namespace: 'cgroup',
    operation: 'read',
    hint: 'mount -t cgroup2 none DIR, or boot with cgroup v2',
  })
}
