import type { Namespaces, SpawnOptions } from '@ns/spawn'
import { checkKeys, invalidOption } from '@ns/syscalls'
import type { Quarters } from './quarters.ts'

/** What the administrator of a machine may do to its network, and no more: as root the others would count for all of the host. */
const capabilities: SpawnOptions['capabilities'] = {
  drop: 'all',
  add: ['CAP_NET_ADMIN', 'CAP_NET_RAW', 'CAP_NET_BIND_SERVICE'],
}

/**
 * The arguments of a start, in the namespaces of a node.
 *
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION` for namespaces that would lead out of it
 */
export function inNode(
  { joins }: Quarters,
  second: unknown,
  third: unknown,
): { args: readonly string[]; options: SpawnOptions } {
  const hasArgs = Array.isArray(second) || second === undefined || second === null
  const options = ((hasArgs ? third : second) ?? {}) as SpawnOptions
  const { namespaces } = options
  if (typeof namespaces === 'string' || Array.isArray(namespaces))
    throw invalidOption('namespaces: a node has its own; ipc, cgroup and time may be added')
  if (namespaces) checkKeys('namespaces', namespaces, ['ipc', 'cgroup', 'time'])
  const own: Namespaces = Object.fromEntries(joins().map((join) => [join.type, join]))
  return {
    args: (hasArgs && (second as string[] | null)) || [],
    options: {
      capabilities,
      ...options,
      namespaces: { ...(namespaces as Namespaces | undefined), ...own },
    },
  }
}
