import {
  CLONE_NEW,
  type Contribution,
  checkCgroup,
  checkKeys,
  invalidOption,
  type NamespaceRef,
} from '@ns/syscalls'

/** A new cgroup namespace and where the process is born, or one to join. */
export interface CgroupOptions {
  /** A directory of the cgroup v2 tree, or an fd of one, that exists: the process is born in it. @default the caller's */
  readonly placement?: string | { readonly fd: number } | undefined
  /** `false`: only the placement, no namespace. @default true */
  readonly namespace?: boolean | undefined
  /** Enter this one. */
  readonly join?: NamespaceRef | undefined
}

/**
 * A cgroup namespace: the cgroup that the process is in is the root of what it sees.
 *
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION` for malformed options and for contradictions
 * @see cgroup_namespaces(7); clone(2), CLONE_INTO_CGROUP: Linux 5.7
 */
export function cgroup(options: CgroupOptions = {}): Contribution {
  checkKeys('cgroup', options, ['placement', 'namespace', 'join'], 'cgroup')
  const { placement, namespace = true, join } = options
  checkCgroup('cgroup.placement', placement)
  if (typeof namespace !== 'boolean')
    throw invalidOption('cgroup.namespace: true or false is wanted', 'cgroup')
  if (join !== undefined && options.namespace !== undefined)
    throw invalidOption('cgroup.join: a namespace is joined or made; leave out namespace', 'cgroup')
  if (join === undefined && !namespace && placement === undefined)
    throw invalidOption('cgroup: neither a placement nor a namespace is asked for', 'cgroup')
  return {
    type: 'cgroup',
    flags: join === undefined && namespace ? CLONE_NEW.cgroup : 0,
    join,
    placement,
    steps: () => {},
  }
}
