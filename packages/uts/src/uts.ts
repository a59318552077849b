import {
  CLONE_NEW,
  type Contribution,
  checkJoin,
  checkKeys,
  type NamespaceRef,
  type Plan,
} from '@ns/syscalls'
import { type Names, validateNames } from './names.ts'

/** A new UTS namespace and its names, or one to join. */
export interface UtsOptions extends Names {
  /** Enter this one: its names stay. */
  readonly join?: NamespaceRef | undefined
}

/**
 * A UTS namespace: a host name and a domain name of its own. They are set inside, before the command is executed;
 * without any the caller's are copied.
 *
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION` for a malformed name, or names together with `join`
 * @see uts_namespaces(7)
 */
export function uts(options: UtsOptions = {}): Contribution {
  checkKeys('uts', options, ['hostname', 'domainname', 'join'], 'uts')
  checkJoin('uts', options)
  validateNames(options)
  const { hostname, domainname, join } = options
  return {
    type: 'uts',
    flags: join === undefined ? CLONE_NEW.uts : 0,
    join,
    steps: (plan) => addNames(plan, { hostname, domainname }),
  }
}

/** Adds the steps that set names in the namespace that is current in the phase `uts`. */
export function addNames(plan: Plan, { hostname, domainname }: Names): void {
  const steps = plan.in('uts')
  const set = (call: 'sethostname' | 'setdomainname', name: string) =>
    steps.call(call, [name, Buffer.byteLength(name)], { namespace: 'uts', operation: 'set a name' })
  if (hostname !== undefined) set('sethostname', hostname)
  if (domainname !== undefined) set('setdomainname', domainname)
}
