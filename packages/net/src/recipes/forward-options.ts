import { checkKeys, invalidOption } from '@ns/syscalls'
import { checkPort } from '../sockets/ports.ts'

/** A port here that leads to one inside. */
export interface ForwardOptions {
  /** 0: the kernel chooses one. */
  readonly port: number
  /** The address to listen on, here. @default '127.0.0.1' */
  readonly host?: string | undefined
  /** @default 'tcp' */
  readonly protocol?: 'tcp' | 'udp' | undefined
  /** Whom to connect to, inside: an IP address, or a name of `hosts`. @default the same port of 127.0.0.1 */
  readonly to?:
    | { readonly port?: number | undefined; readonly host?: string | undefined }
    | undefined
}

/** @throws {NamespaceError} `ERR_NS_INVALID_OPTION` */
export function checkForward(what: string, options: ForwardOptions): void {
  checkKeys(what, options, ['port', 'host', 'protocol', 'to'], 'net')
  const { port, protocol = 'tcp', to = {} } = options
  checkKeys(`${what}.to`, to, ['port', 'host'], 'net')
  checkPort(`${what}.port`, port)
  const there = checkPort(`${what}.to.port`, to.port ?? port)
  if (protocol !== 'tcp' && protocol !== 'udp')
    throw invalidOption(`${what}.protocol: 'tcp' or 'udp' is wanted`, 'net')
  if (there === 0) throw invalidOption(`${what}.to.port: is wanted`, 'net')
}
