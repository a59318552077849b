import { openTunInside, veth } from '@ns/netlink'
import { attempt, close, succeed } from '@ns/syscalls'
import type { Plug } from '../backends/fabric.ts'
import { TUN_F, TUNSETCARRIER, TUNSETOFFLOAD } from '../constants.ts'
import type { Ground } from '../ground/ground.ts'
import { openPacketSocket } from './packet-socket.ts'

/** The outer end of a node's link: a read takes a frame that the node sent, a write makes one arrive there. */
export interface Device {
  readonly fd: number
  /** Whether the node's link has a carrier. */
  carrier(isUp: boolean): void
  setMtu(mtu: number): void
  close(): void
  /** Once it is closed: takes away what does not end with the fd. */
  remove(): void
}

/** A tap in the node's namespace: its other end is the fd. */
export async function openTap(ground: Ground, plug: Plug): Promise<Device> {
  const { name, mac, mtu, net, netlink } = plug
  const tap = await openTunInside({ mode: 'tap', name, virtioHeader: true }, net, {
    user: ground.user,
  })
  try {
    // Checksums and segments may be left to the other end, which leaves them to nobody.
    succeed({}, 'ioctl', tap.fd, TUNSETOFFLOAD, TUN_F.CSUM | TUN_F.TSO4 | TUN_F.TSO6)
    netlink.links.set(name, { mac, mtu })
    netlink.links.set(name, { up: true })
  } catch (error) {
    tap.close()
    throw error
  }
  return {
    fd: tap.fd,
    carrier(isUp) {
      const state = Buffer.alloc(4)
      state.writeInt32LE(Number(isUp))
      succeed({}, 'ioctl', tap.fd, TUNSETCARRIER, state)
    },
    setMtu: (to) => netlink.links.set(name, { mtu: to }),
    close: () => tap.close(),
    remove: () => {},
  }
}

/** A pair of veth from the node's namespace to the hub, and a packet socket there. */
export async function openVeth(ground: Ground, plug: Plug, outer: string): Promise<Device> {
  const { name, mac, mtu, net: netns, netlink } = plug
  const { links } = ground.netlink
  const { index } = links.add(veth({ name: outer, up: true, mtu, peer: { name, mac, mtu, netns } }))
  try {
    netlink.links.set(name, { up: true })
    const place = { net: ground.hub, user: ground.user }
    const fd = await openPacketSocket(place, index, 'with header')
    return {
      fd,
      carrier: (isUp) => links.set(index, { up: isUp }),
      setMtu(to) {
        netlink.links.set(name, { mtu: to })
        links.set(index, { mtu: to })
      },
      close: () => close(fd),
      remove: () => links.remove(index),
    }
  } catch (error) {
    links.remove(index)
    throw error
  }
}

/** Makes a frame arrive; one that can't be taken is lost, as on any line. */
export function writeFrame(fd: number, frame: Buffer): void {
  attempt('write', fd, frame, frame.length)
}
