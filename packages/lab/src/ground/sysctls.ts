import { existsSync } from 'node:fs'
import { NetNs, type Sysctls } from '@ns/net'
import type { Namespace } from '@ns/syscalls'

/** Sets those of a network of the lab; a kernel without IPv6 has none of its. */
export async function setSysctls(
  { net, user }: { readonly net: Namespace; readonly user: Namespace | undefined },
  sysctls: Sysctls,
): Promise<void> {
  const hasIpv6 = existsSync('/proc/net/if_inet6')
  const known = Object.entries(sysctls).filter(([name]) => hasIpv6 || !name.startsWith('net.ipv6.'))
  using ns = NetNs.open(net, { user })
  await ns.setSysctls(Object.fromEntries(known))
}
