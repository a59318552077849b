import { close, type NamespaceRef, openInside, type RunningOptions } from '@ns/syscalls'
import {
  AF_NETLINK,
  IFA,
  IFADDRMSG_SIZE,
  IFF_UP,
  IFINFOMSG_SIZE,
  IFLA,
  NETLINK_ROUTE,
  RTM,
  SOCK_RAW,
} from './constants.ts'
import { attributes, dump } from './netlink-dump.ts'

/** An interface of a network namespace. */
export interface Interface {
  readonly index: number
  readonly name: string
  /** Whether it is switched on; not whether it has a carrier. */
  readonly up: boolean
  /** Bytes. */
  readonly mtu: number
  /** `'02:42:ac:11:00:02'`; empty for interfaces without one. */
  readonly mac: string
  /** With prefix length: `'127.0.0.1/8'`, `'::1/128'`. */
  readonly addresses: readonly string[]
}

/**
 * The interfaces of a running network namespace. A netlink socket is opened inside and used from here.
 *
 * @throws {NamespaceError} when it isn't one, or may not be entered
 */
export async function readInterfaces(
  ref: NamespaceRef,
  { user }: RunningOptions = {},
): Promise<Interface[]> {
  const socket = await openInside({ user, net: ref }, (plan, fd) => {
    const options = { namespace: 'net', operation: 'read', result: fd } as const
    plan.in('net').call('socket', [AF_NETLINK, SOCK_RAW | 0o2000000, NETLINK_ROUTE], options)
  })
  try {
    const addresses = dump(socket, RTM.GETADDR, IFADDRMSG_SIZE).map(({ payload }) =>
      parseAddress(payload),
    )
    return dump(socket, RTM.GETLINK, IFINFOMSG_SIZE).map(({ payload }) => {
      const link = parseLink(payload)
      const own = addresses.filter(({ index }) => index === link.index)
      return { ...link, addresses: own.map(({ address }) => address) }
    })
  } finally {
    close(socket)
  }
}

function parseLink(payload: Buffer): Omit<Interface, 'addresses'> {
  const found = attributes(payload, IFINFOMSG_SIZE)
  const mac = found.get(IFLA.ADDRESS)
  return {
    index: payload.readInt32LE(4),
    name: found.get(IFLA.IFNAME)?.toString('utf8').replace(/\0$/, '') ?? '',
    up: (payload.readUInt32LE(8) & IFF_UP) !== 0,
    mtu: found.get(IFLA.MTU)?.readUInt32LE(0) ?? 0,
    mac: mac ? [...mac].map((byte) => byte.toString(16).padStart(2, '0')).join(':') : '',
  }
}

/** On a point-to-point link IFA_ADDRESS is the peer's, IFA_LOCAL ours; IPv6 has only the first. */
function parseAddress(payload: Buffer): { index: number; address: string } {
  const found = attributes(payload, IFADDRMSG_SIZE)
  const bytes = found.get(IFA.LOCAL) ?? found.get(IFA.ADDRESS) ?? Buffer.alloc(0)
  return { index: payload.readUInt32LE(4), address: `${formatAddress(bytes)}/${payload[1]}` }
}

/** RFC 5952 by way of the URL parser. */
export function formatAddress(bytes: Buffer): string {
  if (bytes.length === 4) return [...bytes].join('.')
  const words = Array.from({ length: bytes.length / 2 }, (_, i) =>
    bytes.readUInt16BE(i * 2).toString(16),
  )
  return new URL(`http://[${words.join(':')}]`).hostname.slice(1, -1)
}
