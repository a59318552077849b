import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import type { NetNsSockets } from '../net-ns/sockets.ts'
import { Flow } from './flow.ts'
import type { Forward, Way } from './forward.ts'
import { forwardOf } from './listening.ts'

/** Flows at once; the one that was quiet for the longest makes room. */
const MOST = 4096

/**
 * What one sender sends to the port goes on by a socket of its own inside, and what comes back to that goes back to the
 * sender: a flow. Where nobody listens inside, or there is no room, datagrams are lost, as anywhere.
 */
export async function relayDatagrams(
  ns: NetNsSockets,
  { port, host, to }: Way,
  outside: NetNsSockets | undefined,
): Promise<Forward> {
  const listening = await bindTo({ port, host }, outside)
  const flows = new Map<string, Flow>()
  listening.on('error', () => {}) // of a datagram that went back to nobody
  listening.on('message', (bytes, sender) => {
    const key = `${sender.address} ${sender.port}`
    const flow = flows.get(key) ?? open(key, sender)
    flows.delete(key) // behind all others: the first in the map is the quietest
    flows.set(key, flow)
    flow.send(bytes)
  })
  const open = (key: string, sender: { port: number; address: string }): Flow => {
    const [quietest] = flows.values()
    if (flows.size === MOST) quietest?.close()
    const flow: Flow = new Flow(connectTo(ns, to), {
      answer: (bytes) => listening.send(bytes, sender.port, sender.address),
      ended: () => {
        if (flows.get(key) === flow) flows.delete(key)
      },
    })
    return flow
  }
  return forwardOf(listening, () => {
    for (const flow of flows.values()) flow.close()
  })
}

async function connectTo(ns: NetNsSockets, to: Way['to']): Promise<Socket> {
  const socket = await ns.udp({ host: isIPv6(to.host) ? '::' : '0.0.0.0' })
  try {
    socket.connect(to.port, to.host)
    await once(socket, 'connect')
    return socket
  } catch (error) {
    socket.close()
    throw error
  }
}

async function bindTo(
  { port, host }: { port: number; host: string },
  outside: NetNsSockets | undefined,
): Promise<Socket> {
  if (outside) return await outside.udp({ port, host })
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4')
  try {
    socket.bind({ port, address: host, exclusive: true })
    await once(socket, 'listening')
    return socket
  } catch (error) {
    socket.close()
    throw error
  }
}
