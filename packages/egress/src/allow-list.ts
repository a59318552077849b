import { isIP } from 'node:net'
import { domainToASCII } from 'node:url'
import { invalidOption } from '@ns/syscalls'
import { canonical, isLoopback } from './address.ts'

/** What may be reached. */
export interface AllowList {
  /** The ports of a name, in lower case and without a dot at its end; none when it is not allowed. */
  portsOf(name: string): ReadonlySet<number>
  /** Addresses that are listed themselves, with their ports. */
  readonly addresses: ReadonlyMap<string, ReadonlySet<number>>
  /** Every port that anything has. */
  readonly ports: readonly number[]
}

/**
 * Reads entries: `'registry.example:443'`, `'*.example.org:80'` (all names below it, not itself), `'192.0.2.7:22'`,
 * `'[2001:db8::7]:22'`.
 *
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION` with the entry
 */
export function readAllowList(entries: readonly string[]): AllowList {
  if (!Array.isArray(entries)) throw invalidOption('egress.allow: an array is wanted', 'net')
  const names = new Map<string, Set<number>>()
  const below = new Map<string, Set<number>>()
  const addresses = new Map<string, Set<number>>()
  for (const entry of entries) {
    const { host, port } = readEntry(entry)
    if (isIP(host) !== 0) add(addresses, canonical(host), port)
    else if (host.startsWith('*.')) add(below, host.slice(2), port)
    else add(names, host, port)
  }
  const all = [names, below, addresses].flatMap((map) => [...map.values()])
  return {
    addresses,
    ports: [...new Set(all.flatMap((ports) => [...ports]))].sort((a, b) => a - b),
    portsOf: (name) => {
      const found = [names.get(name), ...parents(name).map((parent) => below.get(parent))]
      return new Set(found.flatMap((ports) => [...(ports ?? [])]))
    },
  }
}

function readEntry(entry: string): { host: string; port: number } {
  const malformed = (what: string) => invalidOption(`egress.allow: '${entry}': ${what}`, 'net')
  const [, six, other = '', digits = ''] =
    /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(`${entry}`) ?? []
  const port = Number(digits)
  if (!(port >= 1 && port <= 65_535)) throw malformed("'name:port' is wanted, port from 1 to 65535")
  if (port === 53) throw malformed('port 53 is the resolver’s')
  if (six !== undefined && isIP(six) !== 6)
    throw malformed('no IPv6 address stands in the brackets')
  if (six !== undefined || isIP(other) === 4) {
    const host = six ?? other
    if (isLoopback(host)) throw malformed('the loopback inside is the child’s own; allow a name')
    return { host, port }
  }
  const isBelow = other.startsWith('*.')
  const name = normalName(domainToASCII(isBelow ? other.slice(2) : other))
  if (!isHostName(name) || isIP(name) !== 0) throw malformed('no name, no *.name and no address')
  return { host: isBelow ? `*.${name}` : name, port }
}

function add(map: Map<string, Set<number>>, key: string, port: number): void {
  map.set(key, (map.get(key) ?? new Set()).add(port))
}

/** `b.c` and `c` of `a.b.c`. */
function parents(name: string): string[] {
  const labels = name.split('.')
  return labels.slice(1).map((_, i) => labels.slice(i + 1).join('.'))
}

/** Letters, digits, hyphens and the underscores that some services use (RFC 1035, RFC 2181). */
export function isHostName(name: string): boolean {
  return name.length <= 253 && name.split('.').every((label) => /^[a-z0-9_-]{1,63}$/.test(label))
}

/** Names are the same in any case, and with a dot at their end. */
export function normalName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '')
}
