import { parseIp } from '@ns/netlink'
import {
  NamespaceError,
  type NamespaceRef,
  openInside,
  SOCK,
  SOL_SOCKET,
  SyscallError,
} from '@ns/syscalls'
import { AF, IPPROTO_IPV6, IPV6_V6ONLY, SO_REUSEADDR } from '../constants.ts'
import { checkPort } from './ports.ts'

/** Where a socket is made: a network namespace, and the user namespace that gives the right to enter it. */
export interface Place {
  readonly net: NamespaceRef
  readonly user: NamespaceRef | undefined
}

/** A socket to be made. */
export interface SocketOptions {
  readonly type: 'stream' | 'datagram'
  /** An IP address: what it is bound to if there is a port, else it gives the family only. */
  readonly address: string
  /** 0: the kernel chooses one. */
  readonly port?: number | undefined
  /** Of `::`: not IPv4 as well. @default false */
  readonly ipv6Only?: boolean | undefined
}

/**
 * Makes a socket inside. It belongs to that namespace for life, whoever has its fd; that it is bound there is because a
 * low port takes a capability of that namespace.
 *
 * @returns the fd, close-on-exec and not blocking; yours to close
 * @throws {Error} in Node's shape when the address can't be had: `EADDRINUSE`, `EADDRNOTAVAIL`, `EACCES`
 * @throws {NamespaceError} when the namespace can't be entered
 */
export async function openSocket({ net, user }: Place, options: SocketOptions): Promise<number> {
  const { type, address, port, ipv6Only = false } = options
  const { family } = parseIp('host', address)
  const kind = (type === 'stream' ? SOCK.STREAM : SOCK.DGRAM) | SOCK.CLOEXEC | SOCK.NONBLOCK
  const name = port === undefined ? undefined : socketAddress(address, port)
  const step = { namespace: 'net', path: `${address} port ${port}` } as const
  try {
    return await openInside({ user, net }, (plan, fd) => {
      const steps = plan.in('net')
      steps.call('socket', [family, kind, 0], { ...step, operation: 'open a socket', result: fd })
      if (!name) return
      const set = (level: number, option: number, on: boolean) =>
        steps.setOption(
          fd,
          { level, option, value: Number(on) },
          { ...step, operation: 'set up a socket' },
        )
      // As libuv does: a port can be had again while connections of a former listener die. Of UDP it would be shared.
      if (type === 'stream') set(SOL_SOCKET, SO_REUSEADDR, true)
      if (family === AF.INET6) set(IPPROTO_IPV6, IPV6_V6ONLY, ipv6Only)
      steps.call('bind', [fd, name, name.length], { ...step, operation: 'bind' })
    })
  } catch (error) {
    throw bindError(error, address, port)
  }
}

/** What an existing handler looks for: `code`, `address` and `port`. */
function bindError(error: unknown, address: string, port: number | undefined): unknown {
  if (!(error instanceof NamespaceError) || error.operation !== 'bind') return error
  const { cause } = error
  if (!(cause instanceof SyscallError)) return error
  const { code, errno, syscall } = cause
  const details = { code, errno, syscall, address, port }
  return Object.assign(new Error(`bind ${code} ${address}:${port}`, { cause: error }), details)
}

/** `struct sockaddr_in` or `sockaddr_in6`: ip(7), ipv6(7). */
function socketAddress(address: string, port: number): Buffer {
  const { family, bytes } = parseIp('host', address)
  const name = Buffer.alloc(family === AF.INET6 ? 28 : 16)
  name.writeUInt16LE(family, 0)
  name.writeUInt16BE(checkPort('port', port), 2)
  name.set(bytes, family === AF.INET6 ? 8 : 4)
  return name
}
