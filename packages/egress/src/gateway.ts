import type { Socket } from 'node:net'
import { type Duplex, pipeline } from 'node:stream'
import { type Connect, type Connection, make } from './connect.ts'
import { DNS_PORT } from './constants.ts'
import { originalDestination } from './original-destination.ts'
import type { Refusal } from './refusal.ts'
import type { Resolver } from './resolver.ts'
import { serviceOf } from './service.ts'
import type { Targets } from './targets.ts'
import { TlsGuard, WrongServerName } from './tls-guard.ts'

/** What a gateway needs to know and whom it tells. */
export interface GatewayParts {
  readonly targets: Targets
  readonly resolver: Resolver
  readonly connect: Connect
  /** Is aborted when the child has ended. */
  readonly signal: AbortSignal
  /** Of one child at once; flows of UDP count for each port. */
  readonly maxConnections: number
  onConnect(connection: Connection): void
  onRefuse(refusal: Refusal): void
}

/**
 * Serves the connections that were redirected to it. What it is told by the kernel is checked again here: whoever has
 * CAP_NET_ADMIN inside can change the rules there, and reaches with that what is allowed, and nothing else.
 */
export class Gateway {
  readonly #parts: GatewayParts
  readonly #open = new Set<Duplex>()
  /** Of those, the child's ends. */
  #inside = 0

  constructor(parts: GatewayParts) {
    this.#parts = parts
  }

  /** Takes a connection, which nobody has read from yet. */
  async accept(socket: Socket): Promise<void> {
    const { targets, resolver, connect, signal, maxConnections, onConnect, onRefuse } = this.#parts
    const destination = originalDestination(socket)
    if (this.#inside === maxConnections) {
      const error = tooMany(maxConnections)
      onRefuse({ reason: 'connect', protocol: 'tcp', ...destination, error })
      return reset(socket)
    }
    this.#inside++
    socket.once('close', () => this.#inside--)
    this.#keep(socket)
    if (destination?.port === DNS_PORT) return resolver.serveTcp(socket)
    const target = destination && targets.find(destination.address)
    if (!destination || !target?.services.has(serviceOf('tcp', destination.port))) {
      onRefuse({ reason: 'address', protocol: 'tcp', ...destination })
      return reset(socket)
    }
    const { host, isName } = target
    const connection = { protocol: 'tcp', host, ...destination } as const
    onConnect(connection)
    try {
      const outside = await make(connect, connection, signal)
      this.#keep(outside)
      this.#join(socket, outside, connection, isName)
    } catch (error) {
      if (signal.aborted) return
      onRefuse({ reason: 'connect', ...connection, error: error as Error })
      reset(socket)
    }
  }

  /** Both ways, each with its own end; an error of one side resets the other. */
  #join(socket: Socket, outside: Duplex, connection: Connection, isName: boolean): void {
    if (socket.destroyed) {
      outside.destroy()
      return
    }
    const guard = isName ? [new TlsGuard(connection.host)] : []
    pipeline([socket, ...guard, outside, socket], (error) => {
      if (!error) return
      if (error instanceof WrongServerName) {
        const { serverName } = error
        const named = serverName === undefined ? {} : { serverName }
        this.#parts.onRefuse({ reason: 'sni', ...connection, ...named })
      }
      outside.destroy()
      reset(socket)
    })
  }

  #keep(stream: Duplex): void {
    this.#open.add(stream)
    stream.on('error', () => {}) // the pipeline tells; before and behind it nobody else would
    stream.once('close', () => this.#open.delete(stream))
  }

  /** Ends all connections. */
  close(): void {
    for (const stream of this.#open) stream.destroy()
  }
}

export function tooMany(maxConnections: number): Error {
  return new Error(`${maxConnections} connections of this child are open: 'maxConnections'`)
}

function reset(socket: Socket): void {
  if (!socket.destroyed) socket.resetAndDestroy()
}
