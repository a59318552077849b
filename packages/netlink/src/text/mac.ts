import { invalidOption } from '@ns/syscalls'

/**
 * `'02:42:ac:11:00:02'` as bytes.
 *
 * @param what the option's name, for the error
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION`
 */
export function parseMac(what: string, text: string): Buffer {
  if (!/^[\da-f]{2}(:[\da-f]{2}){5}$/i.test(text))
    throw invalidOption(`${what}: ${JSON.stringify(text)} is no MAC address`, 'net')
  return Buffer.from(text.replaceAll(':', ''), 'hex')
}

/** A hardware address of any length. */
export function formatMac(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('hex')
    .replace(/..(?!$)/g, '$&:')
}
