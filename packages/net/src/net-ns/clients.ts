import type { Netlink, Nftables } from '@ns/netlink'
import { readSysctl, type Sysctls, setSysctls } from '../sysctl.ts'
import { NetNsHandle } from './handle.ts'

/** What configures it. */
export class NetNsClients extends NetNsHandle {
  /** A client of its links, addresses and routes. */
  async netlink(): Promise<Netlink> {
    const { Netlink } = await import('@ns/netlink')
    const { net, user } = this.place
    const socket = this.takeSocket()
    if (socket !== undefined) return Netlink.from(socket)
    if (net.isOwn()) return Netlink.open()
    return await Netlink.openInside(net, { user })
  }

  /** A client of its firewall. */
  async nftables(): Promise<Nftables> {
    const { Nftables } = await import('@ns/netlink')
    const { net, user } = this.place
    if (net.isOwn()) return Nftables.open()
    return await Nftables.openInside(net, { user })
  }

  /** A sysctl of it: `await ns.readSysctl('net.ipv4.ip_forward')`. */
  async readSysctl(name: string): Promise<string> {
    return await readSysctl(this.place, name)
  }

  /**
   * Sets sysctls of it, in their order: `{ 'net.ipv4.ip_forward': 1 }`. One that is refused ends it; those before stay.
   *
   * @throws {NamespaceError} `ERR_NS_SETUP`; `step` and `cause` say which
   */
  async setSysctls(sysctls: Sysctls): Promise<void> {
    await setSysctls(this.place, sysctls)
  }

  /** The number by which another one knows it, if it does. @param of by default the caller's */
  async nsid(of?: NetNsClients): Promise<number | undefined> {
    const { Netlink } = await import('@ns/netlink')
    using netlink = of ? await of.netlink() : Netlink.open()
    return netlink.netnsIds.get(this.place.net)
  }
}
