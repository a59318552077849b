import type { Socket } from 'node:net'
import { formatIp } from '@ns/netlink'
import { attempt } from '@ns/syscalls'
import { SO_ORIGINAL_DST, SOL_IP, SOL_IPV6 } from './constants.ts'

/** Where a connection was to go before nf_tables redirected it; `undefined` when it is over, or was not redirected. */
export function originalDestination(
  socket: Socket,
): { readonly address: string; readonly port: number } | undefined {
  // Node has no public way to a socket's number; the handle's has been the same since 0.12.
  const { fd } = (socket as unknown as { _handle: { fd: number } | null })._handle ?? { fd: -1 }
  if (fd < 0) return undefined
  const isIpv6 = socket.localFamily === 'IPv6' // its peer's is not known once that has reset it
  const memory = Buffer.alloc(28) // struct sockaddr_in6; that of IPv4 has 16 bytes
  const length = Buffer.alloc(4)
  length.writeUInt32LE(isIpv6 ? 28 : 16)
  const level = isIpv6 ? SOL_IPV6 : SOL_IP
  if (attempt('getsockopt', fd, level, SO_ORIGINAL_DST, memory, length) < 0) return undefined
  const address = isIpv6 ? memory.subarray(8, 24) : memory.subarray(4, 8)
  return { address: formatIp(address), port: memory.readUInt16BE(2) }
}
