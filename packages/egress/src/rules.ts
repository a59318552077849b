import { isIP } from 'node:net'
import {
  type AddressSet,
  addChain,
  addElements,
  addRule,
  addSet,
  addTable,
  type Change,
  match,
  type Statement,
  statement,
  type Table,
} from '@ns/netlink'
import { DNS_PORT } from './constants.ts'
import { readService, type Service } from './service.ts'

/** The local ports, by family, to which connections, queries and datagrams are diverted. */
export interface Listeners {
  readonly tcp: number
  readonly dns: number
  /** By the port that is allowed. */
  readonly udp: ReadonlyMap<number, number>
}

const table: Table = { family: 'inet', name: 'egress' }
const anything = { ip: '0.0.0.0/0', ip6: '::/0' } as const
const loopback = { ip: '127.0.0.0/8', ip6: '::1' } as const
/** Of nfnetlink_log, in the child's own network. */
export const LOG_GROUP = 1

/**
 * The rules inside. First, before any address is changed: queries, the child's own loopback and what is allowed go on,
 * all else is refused at once. Then what went on is redirected to the sockets of the parent.
 *
 * @param services every service that anything has
 * @param listeners of IPv6 too, where the kernel has it
 */
export function rules(
  services: readonly Service[],
  listeners: { readonly ip: Listeners; readonly ip6?: Listeners | undefined },
): Change[] {
  const families = listeners.ip6 ? (['ip', 'ip6'] as const) : (['ip'] as const)
  const allow = (...statements: Statement[]) =>
    addRule(table, 'allow', [...statements, statement.accept])
  const redirect = (...statements: Statement[]) => addRule(table, 'divert', statements)
  return [
    addTable(table),
    ...families.flatMap((family) =>
      services.map((service) => addSet(table, setOf(service, family))),
    ),
    addChain(table, 'allow', { type: 'filter', hook: 'output', priority: -150 }),
    allow(match.state('established', 'related')),
    allow(match.protocol('udp', DNS_PORT)),
    allow(match.protocol('tcp', DNS_PORT)),
    ...families.flatMap((family) => [
      allow(match.to(loopback[family])),
      ...services.map((service) => {
        const { protocol, port } = readService(service)
        return allow(
          match.toSet(setOf(service, family).name, family),
          match.protocol(protocol, port),
        )
      }),
    ]),
    // What is told is bounded: a flood of refusals is no load for the parent.
    addRule(table, 'allow', [statement.limit(1000, 1000), statement.log('', LOG_GROUP)]),
    addRule(table, 'allow', [match.protocol('tcp'), statement.reject('tcp-reset')]),
    addRule(table, 'allow', [statement.reject()]),
    addChain(table, 'divert', { type: 'nat', hook: 'output' }),
    ...families.flatMap((family) => {
      const { tcp, dns, udp } = listeners[family] as Listeners
      const of = match.to(anything[family])
      return [
        redirect(of, match.protocol('udp', DNS_PORT), statement.redirect(dns)),
        redirect(of, match.protocol('tcp', DNS_PORT), statement.redirect(tcp)),
        redirect(match.to(loopback[family]), statement.accept),
        // The address stays: it is local as any other, and the socket tells which it was.
        ...[...udp].map(([port, local]) =>
          redirect(of, match.protocol('udp', port), statement.dnatPort(family, local)),
        ),
        redirect(of, match.protocol('tcp'), statement.redirect(tcp)),
      ]
    }),
  ]
}

/** Lets addresses through, for these services. */
export function openAddresses(addresses: readonly string[], services: Iterable<Service>): Change[] {
  return [...services].flatMap((service) =>
    addresses.flatMap((address) => {
      const set = setOf(service, isIP(address) === 6 ? 'ip6' : 'ip')
      return addElements(table, set, [address])
    }),
  )
}

function setOf(service: Service, family: 'ip' | 'ip6'): AddressSet {
  const { protocol, port } = readService(service)
  return { name: `${family}-${protocol}-${port}`, family }
}
