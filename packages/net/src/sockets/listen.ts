import { once } from 'node:events'
import { Server, type Socket } from 'node:net'
import { checkKeys, invalidOption } from '@ns/syscalls'
import type { Resolve } from './names.ts'
import { openSocket, type Place } from './open-socket.ts'
import { checkPort } from './ports.ts'

/** Where a server listens. */
export interface ListenOptions {
  /** 0: the kernel chooses one, which `address()` tells. @default 0 */
  readonly port?: number | undefined
  /** An IP address of the namespace. @default '::', every address, IPv4 too */
  readonly host?: string | undefined
  /** Of `::`: not IPv4 as well. @default false */
  readonly ipv6Only?: boolean | undefined
  /** How many connections wait to be accepted. @default 511 */
  readonly backlog?: number | undefined
  /** A server stays writable when the client has ended. @default false */
  readonly allowHalfOpen?: boolean | undefined
}

const keys: readonly (keyof ListenOptions)[] = [
  'port',
  'host',
  'ipv6Only',
  'backlog',
  'allowHalfOpen',
]

/** A server inside listens once: what Node would make for a second time is a socket outside. */
class InsideServer extends Server {
  listenOn(fd: number, backlog: number): void {
    // Exclusive: a worker of `cluster` would have its primary open the fd of that number.
    super.listen({ fd, backlog, exclusive: true })
  }

  override listen(): this {
    throw invalidOption('listen: a server inside a namespace listens already; make another', 'net')
  }
}

/** Starts a server whose socket is inside; it runs here. */
export async function listen(
  place: Place,
  resolve: Resolve,
  options: ListenOptions,
  onConnection?: (socket: Socket) => void,
): Promise<Server> {
  checkKeys('listen', options, keys, 'net')
  const { port = 0, host = '::', ipv6Only, backlog = 511, allowHalfOpen = false } = options
  const address = resolve(host)
  checkPort('listen.port', port)
  const fd = await openSocket(place, { type: 'stream', address, port, ipv6Only })
  const server = new InsideServer({ allowHalfOpen })
  if (onConnection) server.on('connection', onConnection)
  server.listenOn(fd, backlog)
  await once(server, 'listening')
  return server
}
