import { isIP } from 'node:net'
import { invalidOption } from '@ns/syscalls'

/** Names and the addresses that they stand for, as `/etc/hosts` has them. */
export type Hosts = Readonly<Record<string, string>>

/** Turns what a caller calls a host into an IP address. */
export type Resolve = (host: string) => string

/**
 * Resolves by a table alone: a look-up by Node or libc would ask the servers of another namespace, and say there whom
 * one wants to reach. `localhost` is always 127.0.0.1, as RFC 6761 has it, unless the table says `::1`.
 *
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION` for an entry that is no IP address
 */
export function resolverOf(hosts: Hosts = {}): Resolve {
  const entries = Object.entries(hosts).map(([name, address]): [string, string] => {
    if (isPlainIp(address)) return [canonical(name), address]
    throw invalidOption(`hosts['${name}']: ${JSON.stringify(address)} is no IP address`, 'net')
  })
  const known = new Map([['localhost', '127.0.0.1'], ...entries])
  return (host) => {
    const address = known.get(canonical(host))
    if (address !== undefined) return address
    const plain = host.replace(/^\[(.*)\]$/, '$1')
    if (isPlainIp(plain)) return plain
    const reason = host.includes('%')
      ? 'has a zone, which would be looked up among the links of the caller'
      : 'is a name, and names are not looked up outside of the namespace'
    throw invalidOption(
      `host: ${JSON.stringify(host)} ${reason}; give an IP address, or add it to hosts`,
      'net',
    )
  }
}

/** A zone (`fe80::1%eth0`) is the index of a link, which Node would look up among its own. */
function isPlainIp(address: string): boolean {
  return isIP(address) !== 0 && !address.includes('%')
}

/** Without the brackets that URLs have around IPv6. */
function canonical(host: string): string {
  if (typeof host !== 'string') throw invalidOption('host: a string is wanted', 'net')
  return host.replace(/^\[(.*)\]$/, '$1').toLowerCase()
}

/** What `dns.lookup` is to those of Node's functions that take another one. */
export function lookupBy(resolve: Resolve): Lookup {
  return (host, _family, done) => {
    try {
      const address = resolve(host)
      queueMicrotask(() => done(null, address, isIP(address)))
    } catch (error) {
      queueMicrotask(() => done(error as Error, '', 0))
    }
  }
}

type Lookup = (
  host: string,
  family: unknown,
  done: (error: Error | null, address: string, family: number) => void,
) => void
