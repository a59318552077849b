import { invalidOption } from '@ns/syscalls'

/** `__NEW_UTS_LEN`: bytes of a host name or domain name (uts(7)). */
const LONGEST = 64

/** The two names of a UTS namespace; what is absent stays. */
export interface Names {
  /** At most 64 bytes. */
  readonly hostname?: string | undefined
  /** The NIS domain name, at most 64 bytes. */
  readonly domainname?: string | undefined
}

/** @throws {NamespaceError} `ERR_NS_INVALID_OPTION`, naming the option */
export function validateNames(names: Names): void {
  for (const key of ['hostname', 'domainname'] as const) {
    const name: unknown = names[key]
    if (name === undefined) continue
    if (typeof name !== 'string' || name === '')
      throw invalidOption(`uts.${key}: a name is wanted`, 'uts')
    if (name.includes('\0'))
      throw invalidOption(`uts.${key}: a NUL byte cannot be in a name`, 'uts')
    const bytes = Buffer.byteLength(name)
    if (bytes > LONGEST)
      throw invalidOption(`uts.${key}: ${bytes} bytes, the kernel takes ${LONGEST}`, 'uts')
  }
}
