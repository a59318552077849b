/**
 * Linux network namespaces for Node.js: interfaces, addresses, routes and ports of its own.
 *
 * Isolates interfaces, addresses, routes, ports, firewall rules and abstract unix sockets.
 * Does not isolate unix sockets that are files.
 *
 * ```ts
 * import { launch } from '@ns/syscalls'
 * import { net } from '@ns/net'
 *
 * const child = launch([net()], { file: 'cat', args: ['/proc/net/dev'] })
 * await child.exited // lo, and nothing else
 * ```
 *
 * @packageDocumentation
 */

export type { NamespaceRef, RunningOptions } from '@ns/syscalls'
export type { NewNetwork } from './create.ts'
export { type Interface, readInterfaces } from './interfaces.ts'
export type { NamesOptions } from './names/directory.ts'
export { type NetOptions, net } from './net.ts'
export { NetNs } from './net-ns/net-ns.ts'
export type {
  NamedNetNsOptions,
  NetNsOptions,
  NewNamedNetNsOptions,
  NewNetNsOptions,
} from './net-ns/options.ts'
export type { LinkEnd, PairOptions } from './recipes/ends.ts'
export type { Forward } from './recipes/forward.ts'
export type { ForwardOptions } from './recipes/forward-options.ts'
export {
  forwarding,
  type MasqueradeOptions,
  masquerade,
  type PortForwardOptions,
  portForward,
  type Ruleset,
} from './recipes/forwarding.ts'
export {
  type BridgeOptions,
  bridgeWith,
  defaultRoute,
  loopbackUp,
  type MoveOptions,
  moveLink,
  vethPair,
} from './recipes/links.ts'
export type { UndiciConnector, UndiciTarget } from './sockets/agents.ts'
export type { ConnectOptions } from './sockets/connect.ts'
export type { ListenOptions } from './sockets/listen.ts'
export type { Hosts } from './sockets/names.ts'
export type { UdpOptions } from './sockets/udp.ts'
export type {
  InterfaceOptions,
  PeerOptions,
  RouteOptions,
  WiringOptions,
} from './start/options.ts'
export type { Sysctls } from './sysctl.ts'
export type { UserModeDriver, UserModeForward, UserModeOptions } from './user-mode/options.ts'
export type { UserMode } from './user-mode/user-mode.ts'
