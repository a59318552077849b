import {
  AT_FDCWD,
  checkKeys,
  close,
  invalidOption,
  type NamespaceRef,
  O,
  openInside,
  type RunningOptions,
  succeed,
} from '@ns/syscalls'
import { checkName } from '../text/name.ts'

// include/uapi/linux/if_tun.h
const TUN = '/dev/net/tun'
const TUNSETIFF = 0x400454ca
const TUNGETIFF = 0x800454d2
const IFF = { TUN: 1, TAP: 2, MULTI_QUEUE: 0x100, NO_PI: 0x1000, VNET_HDR: 0x4000 } as const
/** Bytes of `struct ifreq`, and where its flags are. */
const IFREQ = { size: 40, flags: 16 } as const

/** A link whose other end is a file descriptor. */
export interface TunOptions {
  /** The kernel puts a number for `%d`. @default by the kernel */
  readonly name?: string | undefined
  /** `'tun'`: IP packets, `'tap'`: ethernet frames. */
  readonly mode: 'tun' | 'tap'
  /** Several may open it, each with a queue of its own. @default false */
  readonly multiQueue?: boolean | undefined
  /** A struct virtio_net_hdr in front of each. @default false */
  readonly virtioHeader?: boolean | undefined
}

/** An open tun or tap: a read takes one packet that was sent, a write makes one arrive. It is gone when it is closed. */
export class TunDevice {
  readonly fd: number
  readonly name: string
  #open = true

  constructor(fd: number, name: string) {
    this.fd = fd
    this.name = name
  }

  /** Closes the fd; a second time does nothing. */
  close(): void {
    if (!this.#open) return
    this.#open = false
    close(this.fd)
  }

  [Symbol.dispose](): void {
    this.close()
  }
}

/**
 * Makes a tun or tap in a namespace that exists; the device file is the caller's. The fd doesn't block.
 *
 * @throws {NamespaceError} `ERR_NS_SETUP` with the step that failed: `/dev/net/tun` has to be readable and writable
 * @see `Documentation/networking/tuntap.rst`
 */
export async function openTunInside(
  options: TunOptions,
  net: NamespaceRef,
  { user }: RunningOptions = {},
): Promise<TunDevice> {
  const request = requestOf(options)
  const fd = await openInside({ user, net }, (plan, result) => {
    const step = { namespace: 'net', operation: 'make a tun device' } as const
    const steps = plan.in('net')
    steps.call('openat', [AT_FDCWD, TUN, FLAGS, 0], { ...step, path: TUN, result })
    steps.call('ioctl', [result, TUNSETIFF, request], { ...step, path: options.name })
  })
  try {
    return deviceOf(fd)
  } catch (error) {
    close(fd)
    throw error
  }
}

const FLAGS = O.RDWR | O.CLOEXEC | O.NONBLOCK

function requestOf(options: TunOptions): Buffer {
  checkKeys('tun', options, ['name', 'mode', 'multiQueue', 'virtioHeader'], 'net')
  const { name, mode, multiQueue, virtioHeader } = options
  if (mode !== 'tun' && mode !== 'tap')
    throw invalidOption("tun.mode: 'tun' or 'tap' is wanted", 'net')
  const request = Buffer.alloc(IFREQ.size)
  if (name !== undefined) request.write(checkName('tun.name', name))
  const flags =
    (mode === 'tun' ? IFF.TUN : IFF.TAP) |
    IFF.NO_PI |
    (multiQueue ? IFF.MULTI_QUEUE : 0) |
    (virtioHeader ? IFF.VNET_HDR : 0)
  request.writeUInt16LE(flags, IFREQ.flags)
  return request
}

/** Its name, which the kernel may have chosen. */
function deviceOf(fd: number): TunDevice {
  const request = Buffer.alloc(IFREQ.size)
  succeed({}, 'ioctl', fd, TUNGETIFF, request)
  return new TunDevice(fd, request.toString('utf8', 0, request.indexOf(0)))
}
