import type { NetNsSockets } from '../net-ns/sockets.ts'
import { checkForward, type ForwardOptions } from './forward-options.ts'

/** A port that is forwarded. */
export interface Forward extends AsyncDisposable {
  /** Where it listens. */
  readonly host: string
  readonly port: number
  /** It holds the event loop no more. */
  unref(): void
  /** Listens no more, and ends all that it carries; a second time does nothing. */
  close(): void
}

/** Where a forward listens and whom it connects to, complete. */
export interface Way {
  readonly port: number
  readonly host: string
  readonly to: { readonly port: number; readonly host: string }
}

/**
 * Listens here and connects inside: no route has to lead there, no right over anything of the host is needed, and what is
 * inside need not listen on more than its loopback.
 *
 * @param outside where to listen; by default the calling thread's namespace
 * @throws {Error} in Node's shape: `EADDRINUSE`, `EADDRNOTAVAIL`, `EACCES`
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION`, for a name that `hosts` doesn't have too
 */
export async function forwardPort(
  ns: NetNsSockets,
  options: ForwardOptions,
  outside?: NetNsSockets,
): Promise<Forward> {
  checkForward('forward', options)
  const { port, host = '127.0.0.1', protocol = 'tcp', to = {} } = options
  const way = {
    port,
    host,
    to: { port: to.port ?? port, host: ns.resolve(to.host ?? '127.0.0.1') },
  }
  if (protocol === 'udp') {
    const { relayDatagrams } = await import('./relay-datagrams.ts')
    return await relayDatagrams(ns, way, outside)
  }
  const { relay } = await import('./relay.ts')
  return await relay(ns, way, outside)
}
