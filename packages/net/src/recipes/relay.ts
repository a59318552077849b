import { once } from 'node:events'
import type { Server, Socket } from 'node:net'
import type { NetNsSockets } from '../net-ns/sockets.ts'
import type { Forward, Way } from './forward.ts'
import { forwardOf } from './listening.ts'

/** For each connection one inside; each end is passed on, and a refusal is a reset. */
export async function relay(
  ns: NetNsSockets,
  { port, host, to }: Way,
  outside: NetNsSockets | undefined,
): Promise<Forward> {
  const sockets = new Set<Socket>()
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket)).on('error', () => {})
  }
  const closing = new AbortController()
  const { signal } = closing
  const serve = async (client: Socket) => {
    keep(client)
    try {
      const server = await ns.connect({ ...to, allowHalfOpen: true, noDelay: true, signal })
      keep(server)
      if (client.destroyed) return void server.destroy()
      client.setNoDelay(true)
      tie(client, server)
      tie(server, client)
    } catch {
      client.resetAndDestroy() // refused there is refused here, as near as that can be
    }
  }
  const server = await listenOn({ port, host }, serve, outside)
  return forwardOf(server, () => {
    closing.abort() // who waits for an answer would go on for two minutes
    for (const socket of sockets) socket.destroy()
  })
}

/** The end of one is the end of the other's input; whatever else ends one ends both. */
function tie(from: Socket, to: Socket): void {
  from.pipe(to)
  from.once('close', () => (from.readableEnded ? undefined : to.destroy()))
}

async function listenOn(
  { port, host }: { port: number; host: string },
  serve: (client: Socket) => void,
  outside: NetNsSockets | undefined,
): Promise<Server> {
  if (outside) return await outside.listen({ port, host, allowHalfOpen: true }, serve)
  const { createServer } = process.getBuiltinModule('node:net')
  const server = createServer({ allowHalfOpen: true }, serve)
  server.listen({ port, host, exclusive: true })
  await once(server, 'listening')
  return server
}
