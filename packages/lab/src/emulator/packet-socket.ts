import { type Namespace, openInside, SOCK, SOL_SOCKET } from '@ns/syscalls'
import { AF_PACKET, ETH_P_ALL, PACKET, SO, SOL_PACKET } from '../constants.ts'

/** Room for what comes while JavaScript does something else, in bytes. */
const ROOM = 8 * 1024 * 1024

/** Where a socket is made. */
export interface Place {
  readonly net: Namespace
  readonly user: Namespace | undefined
}

/**
 * A socket that reads what arrives at a link and sends by it (packet(7)).
 *
 * @param frames `'plain'`, or with a struct virtio_net_hdr in front of each
 * @returns the fd, which doesn't block; yours to close
 */
export async function openPacketSocket(
  { net, user }: Place,
  index: number,
  frames: 'plain' | 'with header',
): Promise<number> {
  return await openInside({ user, net }, (plan, fd) => {
    const steps = plan.in('net')
    const step = { namespace: 'net', operation: 'open a packet socket' } as const
    // Without a protocol it gets nothing before it is bound: not what arrives at other links.
    const type = SOCK.RAW | SOCK.NONBLOCK | SOCK.CLOEXEC
    steps.call('socket', [AF_PACKET, type, 0], { ...step, result: fd })
    const set = (level: number, option: number, value: number, isWish = false) =>
      steps.setOption(
        fd,
        { level, option, value },
        { ...step, ...(isWish ? ({ tolerate: ['EPERM'] } as const) : {}) },
      )
    if (frames === 'with header') set(SOL_PACKET, PACKET.VNET_HDR, 1)
    set(SOL_PACKET, PACKET.IGNORE_OUTGOING, 1)
    set(SOL_SOCKET, SO.RCVBUF, ROOM)
    set(SOL_SOCKET, SO.SNDBUF, ROOM)
    set(SOL_SOCKET, SO.RCVBUFFORCE, ROOM, true) // more than net.core.rmem_max takes a capability of the machine
    set(SOL_SOCKET, SO.SNDBUFFORCE, ROOM, true)
    const name = Buffer.alloc(20) // struct sockaddr_ll
    name.writeUInt16LE(AF_PACKET, 0)
    name.writeUInt16BE(ETH_P_ALL, 2)
    name.writeInt32LE(index, 4)
    steps.call('bind', [fd, name, name.length], step)
  })
}
