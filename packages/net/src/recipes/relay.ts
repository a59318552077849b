import { once } from 'node:events'
import type { AddressInfo, Server, Socket } from 'node:net'
import type { NetNs } from '../net-ns.ts'
import { checkForward, type ForwardOptions } from './forward-options.ts'

/** A port that is forwarded. */
export interface Forward extends AsyncDisposable {
  /** Where it listens. */
  readonly host: string
  readonly port: number
  /** It holds the event loop no more. */
  unref(): void
  /** Listens no more, and ends all connections; a second time does nothing. */
  close(): void
}

/**
 * Listens here and connects inside, for each connection: no route has to lead there, no right over anything of the host is
 * needed, and what is inside need not listen on more than its loopback.
 *
 * @param outside where to listen; by default the calling thread's namespace
 * @throws {Error} in Node's shape: `EADDRINUSE`, `EADDRNOTAVAIL`, `EACCES`
 */
export async function relay(ns: NetNs, options: ForwardOptions, outside?: NetNs): Promise<Forward> {
  checkForward('forward', options)
  const { port, host = '127.0.0.1', to = {} } = options
  const target = { port: to.port ?? port, host: to.host ?? '127.0.0.1' }
  const sockets = new Set<Socket>()
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket)).on('error', () => {})
  }
  let isOpen = true
  const serve = async (client: Socket) => {
    keep(client)
    try {
      const server = await ns.connect({ ...target, allowHalfOpen: true, noDelay: true })
      keep(server)
      if (!isOpen || client.destroyed) return void server.destroy()
      client.setNoDelay(true)
      tie(client, server)
      tie(server, client)
    } catch {
      client.resetAndDestroy() // refused there is refused here, as near as that can be
    }
  }
  const server = await listenOn({ port, host }, serve, outside)
  const close = () => {
    if (!isOpen) return
    isOpen = false
    server.close()
    for (const socket of sockets) socket.destroy()
  }
  const { address, port: actual } = server.address() as AddressInfo
  return {
    host: address,
    port: actual,
    close,
    unref: () => void server.unref(),
    [Symbol.asyncDispose]: async () => close(),
  }
}

/** The end of one is the end of the other's input; whatever else ends one ends both. */
function tie(from: Socket, to: Socket): void {
  from.pipe(to)
  from.once('close', () => (from.readableEnded ? undefined : to.destroy()))
}

async function listenOn(
  { port, host }: { port: number; host: string },
  serve: (client: Socket) => void,
  outside: NetNs | undefined,
): Promise<Server> {
  if (outside) return await outside.listen({ port, host, allowHalfOpen: true }, serve)
  const { createServer } = process.getBuiltinModule('node:net')
  const server = createServer({ allowHalfOpen: true }, serve)
  server.listen({ port, host, exclusive: true })
  await once(server, 'listening')
  return server
}
