import { inside, type NamespaceRef, type RunningOptions } from '@ns/syscalls'
import { type Names, validateNames } from './names.ts'
import { addNames } from './uts.ts'

/** `struct utsname` (uname(2)): six fields of 65 bytes. */
const FIELD = 65
const UTSNAME = { nodename: 1 * FIELD, domainname: 5 * FIELD, size: 6 * FIELD }

/**
 * The names of a running UTS namespace.
 *
 * @throws {NamespaceError} when it isn't one, or may not be entered
 */
export async function readNames(
  ref: NamespaceRef,
  { user }: RunningOptions = {},
): Promise<Required<Names>> {
  return await inside({ user, uts: ref }, (plan) => {
    const region = plan.memory.allocate(UTSNAME.size)
    plan.in('uts').call('uname', [region], { namespace: 'uts', operation: 'read' })
    return (memory) => {
      const names = memory(region)
      const field = (offset: number) => names.toString('utf8', offset, names.indexOf(0, offset))
      return { hostname: field(UTSNAME.nodename), domainname: field(UTSNAME.domainname) }
    }
  })
}

/**
 * Changes the names of a running UTS namespace: every process in it sees them.
 *
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION` for a malformed name; as `readNames`
 */
export async function setNames(
  ref: NamespaceRef,
  names: Names,
  { user }: RunningOptions = {},
): Promise<void> {
  validateNames(names)
  await inside({ user, uts: ref }, (plan) => {
    addNames(plan, names)
    return () => {}
  })
}
