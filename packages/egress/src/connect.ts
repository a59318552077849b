import { type LookupAddress, lookup } from 'node:dns'
import { isIP, type LookupFunction, connect as open, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { isHostOnly } from './address.ts'

/** A connection that a child wants and may have. */
export interface Connection {
  /** The name, or the address itself where that was listed. */
  readonly host: string
  readonly port: number
  /** The address inside: a made-up one, if `host` is a name. */
  readonly address: string
}

/** Makes the connection outside, or answers it. */
export type Connect = (connection: Connection) => Duplex | Promise<Duplex>

/** Connects from this process's own network. */
export function connectOutside({ host, port }: Connection): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  const own = isIP(host) === 0 ? { lookup: lookupElsewhere } : {}
  const socket = open({ host, port, allowHalfOpen: true, noDelay: true, ...own })
  socket.once('error', reject)
  socket.once('connect', () => {
    socket.off('error', reject)
    resolve(socket)
  })
  return promise
}

/** Drops what leads to this machine only: whoever owns an allowed name could let it lead to the host's own services. */
const lookupElsewhere: LookupFunction = (host, options, done) => {
  lookup(host, { ...options, all: true }, (error, found) => {
    if (error) return done(error, [])
    const addresses = found.filter(({ address }) => !isHostOnly(address))
    const [first] = addresses as [LookupAddress?]
    if (!first) return done(leadsHere(host, found), [])
    if (options.all) done(null, addresses)
    else done(null, first.address, first.family)
  })
}

function leadsHere(host: string, found: readonly LookupAddress[]): NodeJS.ErrnoException {
  const addresses = found.map(({ address }) => address).join(', ')
  const message = `${host} leads to ${addresses}: services of this machine are for 'connect' to give`
  return Object.assign(new Error(message), { code: 'EACCES' })
}
