import { invalidOption } from '../errors/namespace-error.ts'

/**
 * A cgroup that a process is to be born in.
 *
 * @param option the caller's name for it
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION`
 */
export function checkCgroup(option: string, cgroup: unknown): void {
  if (cgroup === undefined) return
  const isFd = typeof cgroup === 'object' && cgroup !== null && 'fd' in cgroup
  if (isFd && Number.isInteger(cgroup.fd)) return
  if (typeof cgroup === 'string' && cgroup !== '' && !cgroup.includes('\0')) return
  throw invalidOption(
    `${option}: a directory of the cgroup v2 tree, or { fd }, is wanted`,
    'cgroup',
  )
}
