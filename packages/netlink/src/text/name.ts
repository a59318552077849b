import { invalidOption } from '@ns/syscalls'

/** `include/uapi/linux/if.h`: bytes of a name with its NUL; what is longer can only be an alternative name. */
export const IFNAMSIZ = 16

/**
 * A name that the kernel takes for an interface: dev_valid_name() has these rules, but answers EINVAL to all.
 *
 * @param what the option's name, for the error
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION`
 */
export function checkName(what: string, name: string): string {
  const problem = problemOf(name)
  if (problem) throw invalidOption(`${what}: ${JSON.stringify(name)} ${problem}`, 'net')
  return name
}

function problemOf(name: string): string | undefined {
  if (typeof name !== 'string' || name === '') return 'is no interface name'
  if (Buffer.byteLength(name) >= IFNAMSIZ) return `is longer than ${IFNAMSIZ - 1} bytes`
  if (name === '.' || name === '..') return 'is no interface name'
  const [found] = /[/:\s\0]/.exec(name) ?? []
  return found && `may not contain ${JSON.stringify(found)}`
}
