import { createSocket } from 'node:dgram'
import { type LookupAddress, lookup } from 'node:dns'
import { once } from 'node:events'
import { isIP, type LookupFunction, connect as open, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { isHostOnly, isPrivate } from './address.ts'
import { DatagramStream } from './datagram-stream.ts'
import type { Protocol } from './service.ts'

/** A connection that a child wants and may have; of UDP, what goes from one of its sockets to one address and port. */
export interface Connection {
  readonly protocol: Protocol
  /** The name, or the address itself where that was listed. */
  readonly host: string
  readonly port: number
  /** The address inside: a made-up one, if `host` is a name. */
  readonly address: string
}

/**
 * Makes the connection outside, or answers it. Of UDP, each chunk is a datagram, both ways.
 *
 * @param signal is aborted when the child has ended, or the gate is closed: nobody waits for the connection any more
 */
export type Connect = (connection: Connection, signal: AbortSignal) => Duplex | Promise<Duplex>

/**
 * What `connect` gives. Errors are listened to at once: a socket tells of some in the next tick, which comes before `await`
 * goes on.
 */
export async function make(
  connect: Connect,
  connection: Connection,
  signal: AbortSignal,
): Promise<Duplex> {
  const made = connect(connection, signal)
  if ('on' in made) made.on('error', () => {})
  const outside = await made
  if (outside.errored) throw outside.errored
  return outside
}

/**
 * Connects from this process's own network.
 *
 * @param privateNetworks whether a name may lead into a private network
 */
export function outside(privateNetworks: boolean): Connect {
  const lookUp = lookupElsewhere(privateNetworks)
  return (connection, signal) =>
    connection.protocol === 'udp'
      ? connectUdp(connection, lookUp)
      : connectTcp(connection, lookUp, signal)
}

function connectTcp(
  { host, port }: Connection,
  lookUp: LookupFunction,
  signal: AbortSignal,
): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  const own = isIP(host) === 0 ? { lookup: lookUp } : {}
  const socket = open({ host, port, allowHalfOpen: true, noDelay: true, signal, ...own })
  socket.once('error', reject)
  socket.once('connect', () => {
    socket.off('error', reject)
    resolve(socket)
  })
  return promise
}

async function connectUdp({ host, port }: Connection, lookUp: LookupFunction): Promise<Duplex> {
  const address = isIP(host) === 0 ? await addressOf(host, lookUp) : host
  const socket = createSocket(isIP(address) === 6 ? 'udp6' : 'udp4')
  try {
    socket.connect(port, address)
    await once(socket, 'connect')
  } catch (error) {
    socket.close()
    throw error
  }
  return new DatagramStream(socket)
}

function addressOf(host: string, lookUp: LookupFunction): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  lookUp(host, {}, (error, address) => (error ? reject(error) : resolve(address as string)))
  return promise
}

/**
 * Drops what leads to this machine only, and what leads into a private network unless that is wanted: whoever owns an
 * allowed name could let it lead to services that were not meant for the child.
 */
function lookupElsewhere(privateNetworks: boolean): LookupFunction {
  const isElsewhere = ({ address }: LookupAddress) =>
    !isHostOnly(address) && (privateNetworks || !isPrivate(address))
  return (host, options, done) => {
    lookup(host, { ...options, all: true }, (error, found) => {
      if (error) return done(error, [])
      const addresses = found.filter(isElsewhere)
      const [first] = addresses as [LookupAddress?]
      if (!first) return done(notElsewhere(host, found), [])
      if (options.all) done(null, addresses)
      else done(null, first.address, first.family)
    })
  }
}

function notElsewhere(host: string, found: readonly LookupAddress[]): NodeJS.ErrnoException {
  const addresses = found.map(({ address }) => address).join(', ')
  const wish = found.every(({ address }) => isHostOnly(address))
    ? "services of this machine are for 'connect' to give"
    : "set 'privateNetworks' if names may lead into a private network"
  return Object.assign(new Error(`${host} leads to ${addresses}: ${wish}`), { code: 'EACCES' })
}
