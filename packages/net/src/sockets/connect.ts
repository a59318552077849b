import { once } from 'node:events'
import { Socket, type SocketConstructorOpts, type TcpSocketConnectOpts } from 'node:net'
import { checkKeys, invalidOption } from '@ns/syscalls'
import type { Resolve } from './names.ts'
import { openSocket, type Place } from './open-socket.ts'
import { checkPort } from './ports.ts'

/** Whom to connect to. */
export interface ConnectOptions {
  readonly port: number
  /** An IP address, or a name of `hosts`. @default 'localhost' */
  readonly host?: string | undefined
  /** The address to come from. */
  readonly localAddress?: string | undefined
  /** The port to come from. */
  readonly localPort?: number | undefined
  /** The socket stays writable when the other side has ended. @default false */
  readonly allowHalfOpen?: boolean | undefined
  /** Sends small pieces at once. @default false */
  readonly noDelay?: boolean | undefined
  /** Ends the attempt. */
  readonly signal?: AbortSignal | undefined
}

const keys: readonly (keyof ConnectOptions)[] = [
  'port',
  'host',
  'localAddress',
  'localPort',
  'allowHalfOpen',
  'noDelay',
  'signal',
]

/** A socket inside is connected once: what Node would make for a second time is a socket outside. */
class InsideSocket extends Socket {
  constructor(fd: number, allowHalfOpen: boolean) {
    // Without `manualStart` it would be read from before it is connected: ENOTCONN.
    const options = { fd, allowHalfOpen, readable: true, writable: true, manualStart: true }
    super(options as SocketConstructorOpts)
  }

  connectTo(target: TcpSocketConnectOpts): void {
    super.connect(target)
  }

  override connect(): this {
    throw invalidOption('connect: a socket inside a namespace is connected once', 'net')
  }
}

/** Connects by a socket that is inside; it is used here, and connected by Node's event loop. */
export async function connect(
  place: Place,
  resolve: Resolve,
  options: ConnectOptions,
): Promise<Socket> {
  checkKeys('connect', options, keys, 'net')
  const { port, host: wanted = 'localhost', localAddress, localPort, signal } = options
  const { allowHalfOpen = false, noDelay = false } = options
  signal?.throwIfAborted()
  checkPort('connect.port', port)
  const host = resolve(wanted)
  const local = {
    ...(localAddress === undefined ? {} : { localAddress: resolve(localAddress) }),
    ...(localPort === undefined ? {} : { localPort: checkPort('connect.localPort', localPort) }),
  }
  const fd = await openSocket(place, { type: 'stream', address: host })
  const socket = new InsideSocket(fd, allowHalfOpen)
  try {
    signal?.throwIfAborted()
    socket.connectTo({ host, port, noDelay, ...local })
    await once(socket, 'connect', { signal })
    return socket
  } catch (error) {
    socket.destroy()
    throw error
  }
}
