import { invalidOption, MS } from '@ns/syscalls'

/** What of the mounts made later crosses between the caller and the namespace (mount_namespaces(7)). */
export type Propagation = 'private' | 'slave' | 'shared' | 'unchanged'

/** The same of one mount, between it and its copies. */
export type PropagationType = 'private' | 'slave' | 'shared' | 'unbindable'

/** `MS_*`, as mount(2) and mount_setattr(2) take it. */
export const PROPAGATION_BITS: Readonly<Record<PropagationType, number>> = {
  private: MS.PRIVATE,
  slave: MS.SLAVE,
  shared: MS.SHARED,
  unbindable: MS.UNBINDABLE,
}

/** @throws {NamespaceError} `ERR_NS_INVALID_OPTION` unless it is one of them */
export function checkPropagation(
  value: string,
  what: string,
  known: readonly string[] = Object.keys(PROPAGATION_BITS),
): void {
  if (!known.includes(value))
    throw invalidOption(`${what}: '${value}' is none of ${known.join(', ')}`, 'mount')
}
