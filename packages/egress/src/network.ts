import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { Netlink, Nftables } from '@ns/netlink'
import { close, eventLoop, type Source, send } from '@ns/syscalls'
import type { AllowList } from './allow-list.ts'
import type { Arrived } from './arrival.ts'
import { Gateway, type GatewayParts } from './gateway.ts'
import { GO, LETTER, udpLetter } from './inside.ts'
import { RefusalLog } from './refusal-log.ts'
import { Resolver } from './resolver.ts'
import { type Listeners, openAddresses, rules } from './rules.ts'
import { type MadeUp, ownAddresses, Targets } from './targets.ts'
import { UdpGateway } from './udp-gateway.ts'

/** What all children of a gate have in common. */
export type Policy = Pick<GatewayParts, 'connect' | 'maxConnections' | 'onConnect' | 'onRefuse'> & {
  readonly allowList: AllowList
}

/** The network of one child, as the parent serves it: until the child has ended. */
export class Network {
  readonly #closers: (() => void)[] = []
  readonly #fds: Map<string, number>
  readonly #policy: Policy
  readonly #end = new AbortController()
  #isOpen = true

  private constructor({ fds }: Arrived, policy: Policy) {
    this.#fds = fds
    this.#policy = policy
  }

  /**
   * Serves what a child has handed out, and lets it go on; or tells it why not, which ends its start.
   *
   * @param onClose is told when the child has ended
   */
  static open(arrived: Arrived, policy: Policy, onClose: (network: Network) => void): Network {
    const network = new Network(arrived, policy)
    network.#atEnd(() => onClose(network))
    network.#watch(arrived.pidfd)
    network.#start(arrived.control)
    return network
  }

  async #start(control: number): Promise<void> {
    try {
      await this.#serve()
      send(control, Buffer.from(GO))
    } catch (error) {
      send(control, Buffer.from(`${error}`.slice(0, 500)))
      this.close()
    } finally {
      close(control)
    }
  }

  /** Ends with the child: whatever it left in its network has no way out any more. */
  #watch(pidfd: number): void {
    const source: Source = eventLoop.watch(pidfd, () => this.close())
    source.unref()
    this.#atEnd(() => {
      source.close()
      close(pidfd)
    })
  }

  async #serve(): Promise<void> {
    const { allowList, ...callbacks } = this.#policy
    const nft = this.#using(Nftables.from(this.#take(LETTER.rules)))
    const log = new RefusalLog(this.#take(LETTER.log), callbacks.onRefuse)
    this.#using(log)
    const targets = new Targets(allowList)
    const open = ({ ipv4, ipv6, services }: MadeUp) =>
      nft.apply(openAddresses(hasIpv6 ? [ipv4, ipv6] : [ipv4], services))
    const hasIpv6 = this.#fds.has(LETTER.tcp6)
    const resolver = new Resolver(targets, open, callbacks.onRefuse)
    const parts = { targets, resolver, signal: this.#end.signal, ...callbacks }
    const gateway = this.#using(new Gateway(parts))
    const udp = (letter: string) =>
      allowList.udpPorts.map((port): [number, number] => {
        const own = this.#using(new UdpGateway(port, this.#take(udpLetter(letter, port)), parts))
        return [port, own.port]
      })
    const ip: Listeners = {
      tcp: await this.#listen(this.#take(LETTER.tcp), gateway),
      dns: await this.#bind(this.#take(LETTER.dns), 'udp4', resolver),
      udp: new Map(udp(LETTER.udp)),
    }
    const ip6: Listeners | undefined = hasIpv6
      ? {
          tcp: await this.#listen(this.#take(LETTER.tcp6), gateway),
          dns: await this.#bind(this.#take(LETTER.dns6), 'udp6', resolver),
          udp: new Map(udp(LETTER.udp6)),
        }
      : undefined
    nft.apply(rules(allowList.services, { ip, ip6 }))
    for (const [address, services] of allowList.addresses)
      if (hasIpv6 || !address.includes(':')) nft.apply(openAddresses([address], services))
    this.#route(hasIpv6)
  }

  /** Every address there is leads to lo: the last step, with it all the others count. */
  #route(hasIpv6: boolean): void {
    using netlink = Netlink.from(this.#take(LETTER.route))
    const everything = { type: 'local', destination: 'default', dev: 'lo' } as const
    netlink.addresses.add({ dev: 'lo', address: ownAddresses.ip })
    netlink.routes.add(everything)
    if (!hasIpv6) return
    netlink.addresses.add({ dev: 'lo', address: ownAddresses.ip6 })
    netlink.routes.add({ ...everything, family: 'ipv6' })
  }

  async #listen(fd: number, gateway: Gateway): Promise<number> {
    const server: Server = createServer({
      allowHalfOpen: true,
      noDelay: true,
      pauseOnConnect: true,
    })
    server.on('connection', (socket) => gateway.accept(socket))
    const listening = once(server, 'listening')
    server.listen({ fd, exclusive: true })
    await listening
    server.unref()
    this.#atEnd(() => server.close())
    return (server.address() as AddressInfo).port
  }

  async #bind(fd: number, type: 'udp4' | 'udp6', resolver: Resolver): Promise<number> {
    const socket: UdpSocket = createSocket(type)
    const listening = once(socket, 'listening')
    socket.bind({ fd, exclusive: true })
    await listening
    socket.unref()
    this.#atEnd(() => socket.close())
    resolver.serveUdp(socket)
    return socket.address().port
  }

  #take(letter: string): number {
    const fd = this.#fds.get(letter)
    if (fd === undefined) throw new Error(`no socket '${letter}' came out of the network`)
    this.#fds.delete(letter)
    return fd
  }

  /** At once, where the child has ended meanwhile. */
  #atEnd(end: () => void): void {
    if (this.#isOpen) this.#closers.push(end)
    else end()
  }

  #using<Handle extends { close(): void }>(handle: Handle): Handle {
    this.#atEnd(() => handle.close())
    return handle
  }

  /** Ends all that it serves; a second time does nothing. */
  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#end.abort()
    for (const fd of this.#fds.values()) close(fd)
    this.#fds.clear()
    for (const end of this.#closers.reverse()) end()
  }
}
