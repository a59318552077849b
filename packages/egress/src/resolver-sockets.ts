import { existsSync } from 'node:fs'

/** nss-resolve(8), nscd(8), nss-mdns: modules of nsswitch.conf(5) that ask a daemon. */
const sockets = [
  '/run/systemd/resolve/io.systemd.Resolve',
  '/run/nscd/socket',
  '/run/avahi-daemon/socket',
]

/**
 * Where libc asks a daemon of this machine for names, instead of a resolver: sockets that are files, which no network
 * namespace hides. Inside, a name would get its real address there, which leads nowhere, and the daemon would ask others for
 * any name at all.
 *
 * @returns the paths that exist here: `mount: { mounts: resolverSockets().map(mask) }` hides them
 */
export function resolverSockets(): string[] {
  return sockets.filter((path) => existsSync(path))
}
