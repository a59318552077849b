import { formatIp } from '@ns/netlink'
import { close, eventLoop, receiveDatagram, type Source, sendDatagram, succeed } from '@ns/syscalls'
import { bytesOf } from './address.ts'
import {
  AF_INET,
  IP_PKTINFO,
  IPV6_FREEBIND,
  IPV6_PKTINFO,
  IPV6_RECVPKTINFO,
  SOL_IP,
  SOL_IPV6,
} from './constants.ts'

/** Where a datagram came from, as the kernel has it, and to which address it went. */
export interface Path {
  /** The sender's `struct sockaddr`: an answer goes there. */
  readonly from: Buffer
  /** The address that it was sent to: an answer comes from there. */
  readonly to: string
}

/** Of datagrams that wait in a tick no more than this: others have their turn too. */
const MOST = 256

/**
 * A datagram socket inside that is bound to every address: it tells to which of them a datagram went, and answers from
 * that one (IP_PKTINFO in ip(7), IPV6_PKTINFO in ipv6(7)). Node's own tells neither.
 */
export class BoundSocket {
  /** The local port. */
  readonly port: number
  readonly #fd: number
  readonly #isIpv6: boolean
  readonly #source: Source

  /** @param fd of the bound socket; it is closed with this, or when this fails */
  constructor(fd: number, onDatagram: (path: Path, bytes: Buffer) => void) {
    this.#fd = fd
    try {
      const name = nameOf(fd)
      this.#isIpv6 = name.readUInt16LE(0) !== AF_INET
      this.port = name.readUInt16BE(2)
      this.#set(this.#isIpv6 ? IPV6_RECVPKTINFO : IP_PKTINFO)
      // IPv6 wants the source of an answer to be an address of some link, and not of a local route alone.
      if (this.#isIpv6) this.#set(IPV6_FREEBIND)
    } catch (error) {
      close(fd)
      throw error
    }
    this.#source = eventLoop.watch(fd, () => this.#read(onDatagram))
    this.#source.unref()
  }

  #set(option: number): void {
    const on = Buffer.from([1, 0, 0, 0])
    const level = this.#isIpv6 ? SOL_IPV6 : SOL_IP
    succeed({}, 'setsockopt', this.#fd, level, option, on, on.length)
  }

  #read(onDatagram: (path: Path, bytes: Buffer) => void): void {
    for (let left = MOST; left > 0; left--) {
      const datagram = receiveDatagram(this.#fd)
      if (!datagram) return
      const to = this.#destination(datagram.control)
      if (to) onDatagram({ from: datagram.name, to }, datagram.bytes)
    }
  }

  #destination(control: Buffer): string | undefined {
    // struct cmsghdr, then struct in6_pktinfo, or struct in_pktinfo with ipi_addr at 8
    if (this.#isIpv6) return control.length >= 36 ? formatIp(control.subarray(16, 32)) : undefined
    return control.length >= 28 ? formatIp(control.subarray(24, 28)) : undefined
  }

  /** Sends an answer; it is lost where there is no room for it, as datagrams may be. */
  answer({ from, to }: Path, bytes: Buffer): void {
    const size = this.#isIpv6 ? 20 : 12
    const control = Buffer.alloc(16 + Math.ceil(size / 8) * 8) // CMSG_SPACE
    control.writeBigUInt64LE(BigInt(16 + size), 0)
    control.writeInt32LE(this.#isIpv6 ? SOL_IPV6 : SOL_IP, 8)
    control.writeInt32LE(this.#isIpv6 ? IPV6_PKTINFO : IP_PKTINFO, 12)
    control.set(bytesOf(to), this.#isIpv6 ? 16 : 20) // ipi6_addr, ipi_spec_dst
    sendDatagram(this.#fd, { bytes, name: from, control })
  }

  close(): void {
    this.#source.close()
    close(this.#fd)
  }
}

/** The `struct sockaddr` that it is bound to. */
function nameOf(fd: number): Buffer {
  const name = Buffer.alloc(28)
  const length = Buffer.from([name.length, 0, 0, 0])
  succeed({}, 'getsockname', fd, name, length)
  return name
}
