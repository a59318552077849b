import { isIP } from 'node:net'
import { domainToASCII } from 'node:url'
import { invalidOption } from '@ns/syscalls'
import { canonical, isLoopback } from './address.ts'
import { type Protocol, readService, type Service, serviceOf } from './service.ts'

/** What may be reached. */
export interface AllowList {
  /** The services of a name, in lower case and without a dot at its end; none when it is not allowed. */
  servicesOf(name: string): ReadonlySet<Service>
  /** Addresses that are listed themselves, with their services. */
  readonly addresses: ReadonlyMap<string, ReadonlySet<Service>>
  /** Every service that anything has. */
  readonly services: readonly Service[]
  /** Those of them that are for datagrams: each takes a socket inside. */
  readonly udpPorts: readonly number[]
}

/**
 * Reads entries: `'registry.example:443'`, `'*.example.org:80'` (all names below it, not itself), `'192.0.2.7:22'`,
 * `'[2001:db8::7]:22'`; TCP, or UDP with `'/udp'` behind it.
 *
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION` with the entry
 */
export function readAllowList(entries: readonly string[]): AllowList {
  if (!Array.isArray(entries)) throw invalidOption('egress.allow: an array is wanted', 'net')
  const names = new Map<string, Set<Service>>()
  const below = new Map<string, Set<Service>>()
  const addresses = new Map<string, Set<Service>>()
  for (const entry of entries) {
    const { host, service } = readEntry(entry)
    if (isIP(host) !== 0) add(addresses, canonical(host), service)
    else if (host.startsWith('*.')) add(below, host.slice(2), service)
    else add(names, host, service)
  }
  const all = [names, below, addresses].flatMap((map) => [...map.values()])
  const services = [...new Set(all.flatMap((its) => [...its]))].sort()
  return {
    addresses,
    services,
    udpPorts: services
      .map(readService)
      .filter(({ protocol }) => protocol === 'udp')
      .map(({ port }) => port),
    servicesOf: (name) => {
      const found = [names.get(name), ...parents(name).map((parent) => below.get(parent))]
      return new Set(found.flatMap((services) => [...(services ?? [])]))
    },
  }
}

function readEntry(entry: string): { host: string; service: Service } {
  const malformed = (what: string) => invalidOption(`egress.allow: '${entry}': ${what}`, 'net')
  const [, six, other = '', digits = '', protocol = 'tcp'] =
    /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})(?:\/(tcp|udp))?$/.exec(`${entry}`) ?? []
  const port = Number(digits)
  if (!(port >= 1 && port <= 65_535))
    throw malformed("'name:port' or 'name:port/udp' is wanted, port from 1 to 65535")
  if (port === 53) throw malformed('port 53 is the resolver’s')
  if (six !== undefined && isIP(six) !== 6)
    throw malformed('no IPv6 address stands in the brackets')
  if (six !== undefined || isIP(other) === 4) {
    const host = six ?? other
    if (isLoopback(host)) throw malformed('the loopback inside is the child’s own; allow a name')
    return { host, service: serviceOf(protocol as Protocol, port) }
  }
  const isBelow = other.startsWith('*.')
  const name = normalName(domainToASCII(isBelow ? other.slice(2) : other))
  if (!isHostName(name) || isIP(name) !== 0) throw malformed('no name, no *.name and no address')
  return { host: isBelow ? `*.${name}` : name, service: serviceOf(protocol as Protocol, port) }
}

function add(map: Map<string, Set<Service>>, key: string, service: Service): void {
  map.set(key, (map.get(key) ?? new Set()).add(service))
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
