import { file, mount } from '@ns/mount'
import { net, type Sysctls } from '@ns/net'
import { Netlink } from '@ns/netlink'
import type { Contribution, Namespace } from '@ns/syscalls'
import { uts } from '@ns/uts'
import { freshProc, type Ground } from '../ground/ground.ts'
import { setSysctls } from '../ground/sysctls.ts'
import { HostsFile } from './hosts-file.ts'

/** What a node is made of: namespaces that are held by their fds alone, and what reaches into them. */
export interface Quarters {
  readonly net: Namespace
  readonly netlink: Netlink
  readonly hosts: HostsFile
  /** What makes a start one of the node's. */
  joins(): Contribution[]
  close(): void
}

/** Makes the namespaces of a node. */
export async function openQuarters(
  ground: Ground,
  name: string,
  isRouter: boolean,
): Promise<Quarters> {
  const made = [
    net(),
    uts({ hostname: name }),
    mount({ mounts: [freshProc, file('/etc/hosts', '', { mode: 0o644 })] }),
  ]
  const open = await ground.open(['net', 'uts', 'mount'], made)
  const closers: (() => void)[] = Object.values(open).map((handle) => () => handle.close())
  const close = () => {
    for (const end of closers.splice(0)) end()
  }
  try {
    const { user } = ground
    const [hosts, netlink] = await Promise.all([
      HostsFile.open(open.mount, user).then((it) => {
        closers.push(() => it.close())
        return it
      }),
      Netlink.openInside(open.net, { user }).then((it) => {
        closers.push(() => it.close())
        return it
      }),
      setSysctls({ net: open.net, user }, sysctls(user !== undefined, isRouter)),
    ])
    const joins = () => [
      ...ground.joins(),
      net({ join: open.net }),
      uts({ join: open.uts }),
      mount({ join: open.mount }),
    ]
    return { net: open.net, netlink, hosts, joins, close }
  } catch (error) {
    close()
    throw error
  }
}

/** What is tedious in a test: ports and pings that take a privilege, and addresses that can't be used yet. */
function sysctls(isRootless: boolean, isRouter: boolean): Sysctls {
  return {
    'net.ipv4.ip_unprivileged_port_start': 0,
    'net.ipv4.ping_group_range': isRootless ? '0 0' : '0 2147483647', // groups have to be mapped
    'net.ipv6.conf.all.accept_dad': 0,
    'net.ipv6.conf.default.accept_dad': 0,
    'net.ipv6.conf.default.accept_ra': 0,
    'net.ipv6.conf.default.router_solicitations': 0,
    ...(isRouter && { 'net.ipv4.ip_forward': 1, 'net.ipv6.conf.all.forwarding': 1 }),
  }
}
