import {
  attempt,
  close,
  errnoName,
  openInside,
  SOCK,
  SOL_SOCKET,
  UnsupportedError,
} from '@ns/syscalls'
import { AF } from '../constants.ts'
import type { Place } from '../sockets/open-socket.ts'

/** `include/uapi/linux/nsfs.h`, Linux 6.18: the same number, without a socket. */
const NS_GET_ID = 0x8008b70d
/** `asm-generic/socket.h`, Linux 5.14 */
const SO_NETNS_COOKIE = 71

/**
 * The number that no other network namespace of this boot has had or will have; an inode is used again at once.
 *
 * @throws {UnsupportedError} below Linux 5.14
 */
export async function cookieOf({ net, user }: Place): Promise<bigint> {
  const memory = Buffer.alloc(8)
  if (typeof net === 'object' && attempt('ioctl', net.fd, NS_GET_ID, memory) === 0)
    return memory.readBigUInt64LE()
  const socket = await openInside({ user, net }, (plan, fd) => {
    const options = { namespace: 'net', operation: 'open a socket', result: fd } as const
    plan.in('net').call('socket', [AF.INET, SOCK.DGRAM | SOCK.CLOEXEC, 0], options)
  })
  try {
    const size = Buffer.from([8, 0, 0, 0])
    const result = attempt('getsockopt', socket, SOL_SOCKET, SO_NETNS_COOKIE, memory, size)
    if (result === 0) return memory.readBigUInt64LE()
    throw new UnsupportedError(`net: no cookies before Linux 5.14: ${errnoName(-result)}`)
  } finally {
    close(socket)
  }
}
