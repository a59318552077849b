import { invalidOption } from '@ns/syscalls'

/**
 * A port, 0 too.
 *
 * @param what the option's name, for the error
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION`
 */
export function checkPort(what: string, port: number): number {
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port
  throw invalidOption(`${what}: a port from 0 to 65535 is wanted, not ${port}`, 'net')
}
