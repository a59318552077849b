/**
 * Network namespaces. Isolates interfaces, addresses, routes, ports, firewall rules and abstract unix sockets. Does not
 * isolate unix sockets that are files.
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

export type { RunningOptions } from '@ns/syscalls'
export { type Interface, readInterfaces } from './interfaces.ts'
export { type NetOptions, net } from './net.ts'
