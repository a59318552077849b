/**
 * A child process with no network but names that it was allowed, as an ordinary user too.
 *
 * Isolates interfaces, addresses, routes, ports and abstract unix sockets; lets TCP and UDP out by name and port,
 * through this process.
 * Does not isolate unix sockets that are files, and reads nothing within a connection but the server's name in TLS.
 *
 * ```ts
 * import { createEgress } from '@ns/egress'
 *
 * await using gate = await createEgress({ allow: ['registry.example:443'] })
 * spawn('npm', ['ci'], { namespaces: { user: true, net: gate } })
 * ```
 *
 * @packageDocumentation
 */

export type { Connect, Connection } from './connect.ts'
export { createEgress, type Egress, type EgressOptions } from './egress.ts'
export type { Refusal } from './refusal.ts'
export { resolverSockets } from './resolver-sockets.ts'
