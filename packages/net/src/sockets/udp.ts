import { createSocket, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { checkKeys } from '@ns/syscalls'
import { lookupBy, type Resolve } from './names.ts'
import { openSocket, type Place } from './open-socket.ts'
import { checkPort } from './ports.ts'

/** Where datagrams are received. */
export interface UdpOptions {
  /** 0: the kernel chooses one, which `address()` tells. @default 0 */
  readonly port?: number | undefined
  /** An IP address of the namespace; it decides between IPv4 and IPv6. @default '0.0.0.0' */
  readonly host?: string | undefined
  /** Of `::`: not IPv4 as well. @default false */
  readonly ipv6Only?: boolean | undefined
}

/** Binds a datagram socket inside; it is used here, and sends to addresses and to names of `hosts`. */
export async function udp(place: Place, resolve: Resolve, options: UdpOptions): Promise<Socket> {
  checkKeys('udp', options, ['port', 'host', 'ipv6Only'], 'net')
  const { port = 0, host = '0.0.0.0', ipv6Only } = options
  const address = resolve(host)
  checkPort('udp.port', port)
  const fd = await openSocket(place, { type: 'datagram', address, port, ipv6Only })
  const type = isIPv6(address) ? 'udp6' : 'udp4'
  const socket = createSocket({ type, lookup: lookupBy(resolve) as never })
  // Exclusive: a worker of `cluster` would have its primary open the fd of that number.
  return socket.bind({ fd, exclusive: true })
}
