import { isIP } from 'node:net'
import type { NewRoute } from '@ns/netlink'
import { checkKeys, invalidOption, type NamespaceRef } from '@ns/syscalls'
import { checkForward, type ForwardOptions } from '../recipes/forward-options.ts'
import { checkUserMode, type UserModeOptions } from '../user-mode/options.ts'

/** The other end of an interface's pair, outside. */
export interface PeerOptions {
  /** At most 15 bytes. @default by the kernel, `veth0` and so on */
  readonly name?: string | undefined
  /** `'10.0.0.1/24'` */
  readonly addresses?: readonly string[] | undefined
  /** A bridge outside to be a member of. */
  readonly bridge?: string | undefined
}

/** An interface inside: one end of a veth pair, or a link that was outside. */
export interface InterfaceOptions {
  /** At most 15 bytes. */
  readonly name: string
  /** A link outside to take instead of a new pair. It goes back when the process has ended, as it was. */
  readonly move?: string | undefined
  /** `'10.0.0.2/24'`, `'2001:db8::2/64'` @default none; of a link that is moved those that it has */
  readonly addresses?: readonly string[] | undefined
  /** Bytes, of both ends. @default 1500; of a link that is moved what it has */
  readonly mtu?: number | undefined
  /** `'02:42:ac:11:00:02'` @default by the kernel */
  readonly mac?: string | undefined
  readonly peer?: PeerOptions | undefined
}

/** A way inside. */
export type RouteOptions = Pick<
  NewRoute,
  'destination' | 'gateway' | 'dev' | 'source' | 'metric' | 'onLink'
>

/** What the parent makes while the child waits. */
export interface WiringOptions {
  /** Pairs of links that lead out; they are up. */
  readonly interfaces?: readonly InterfaceOptions[] | undefined
  /** Routes inside, after the interfaces. */
  readonly routes?: readonly RouteOptions[] | undefined
  /** Ports of ours that lead to ports inside. */
  readonly forwards?: readonly ForwardOptions[] | undefined
  /** The caller's network by pasta or slirp4netns, without privilege; it ends with the process. */
  readonly userMode?: boolean | UserModeOptions | undefined
  /** The network namespace that the interfaces lead to, and the ports are in. @default the caller's */
  readonly outside?: NamespaceRef | undefined
}

const interfaceKeys: readonly (keyof InterfaceOptions)[] = [
  'name',
  'move',
  'addresses',
  'mtu',
  'mac',
  'peer',
]
const routeKeys: readonly (keyof RouteOptions)[] = [
  'destination',
  'gateway',
  'dev',
  'source',
  'metric',
  'onLink',
]

/**
 * Refuses what the kernel would, before anything exists. The parsers of `@ns/netlink` are stricter, but a start that needs
 * no interfaces doesn't load them.
 *
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION`
 */
export function checkWiring(options: WiringOptions): void {
  const { interfaces = [], routes = [], forwards = [], userMode, outside } = options
  if (typeof userMode === 'object') checkUserMode(userMode)
  else if (userMode !== undefined && typeof userMode !== 'boolean')
    throw invalidOption('net.userMode: true, false or options are wanted', 'net')
  for (const one of interfaces) {
    checkKeys('net.interfaces', one, interfaceKeys, 'net')
    checkName('net.interfaces.name', one.name)
    for (const address of one.addresses ?? []) checkCidr('net.interfaces.addresses', address)
    if (one.move !== undefined) {
      checkName('net.interfaces.move', one.move)
      const { peer, mac } = one
      if (peer ?? mac) throw invalidOption('net.interfaces.move: has neither peer nor mac', 'net')
    }
    if (one.peer === undefined) continue
    checkKeys('net.interfaces.peer', one.peer, ['name', 'addresses', 'bridge'], 'net')
    const { name, addresses = [], bridge } = one.peer
    if (name !== undefined) checkName('net.interfaces.peer.name', name)
    if (bridge !== undefined) checkName('net.interfaces.peer.bridge', bridge)
    for (const address of addresses) checkCidr('net.interfaces.peer.addresses', address)
  }
  refuseTwice('net.interfaces.name', ['lo', ...interfaces.map(({ name }) => name)])
  refuseTwice(
    'net.interfaces.peer.name',
    interfaces.flatMap(({ peer }) => peer?.name ?? []),
  )
  for (const route of routes) {
    checkKeys('net.routes', route, routeKeys, 'net')
    if (route.destination !== 'default') checkCidr('net.routes.destination', route.destination)
  }
  for (const forward of forwards) {
    checkForward('net.forwards', forward)
    if (forward.port === 0)
      throw invalidOption(
        'net.forwards.port: is wanted: nobody would be told which one the kernel chose',
        'net',
      )
  }
  if (outside !== undefined && interfaces.length === 0 && forwards.length === 0)
    throw invalidOption('net.outside: without interfaces and forwards nothing leads there', 'net')
}

function refuseTwice(what: string, names: readonly string[]): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw invalidOption(`${what}: '${twice}' is there already`, 'net')
}

/** dev_valid_name() of the kernel, which answers EINVAL to all; `%` would be a pattern. */
function checkName(what: string, name: string): void {
  const isName =
    typeof name === 'string' && /^[^/:%\s\0]+$/.test(name) && name !== '.' && name !== '..'
  if (isName && Buffer.byteLength(name) < 16) return
  const rule = 'at most 15 bytes without spaces, slashes, colons and per cent signs are wanted'
  throw invalidOption(`${what}: ${rule}, not ${JSON.stringify(name)}`, 'net')
}

function checkCidr(what: string, text: string): void {
  const [, address = '', length = ''] = /^([^/%]+)\/(\d{1,3})$/.exec(text) ?? []
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1
  if (length !== '' && Number(length) <= bits) return
  const rule = "an address with the length of its network is wanted ('10.0.0.2/24')"
  throw invalidOption(`${what}: ${rule}, not ${JSON.stringify(text)}`, 'net')
}
