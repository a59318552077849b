import { NetlinkError, netem, openTunInside } from '@ns/netlink'
import { invalidOption } from '@ns/syscalls'
import type { Ground } from '../ground/ground.ts'
import { EmulatedFabric } from './emulated.ts'
import type { Backend, Fabric } from './fabric.ts'
import { KernelFabric } from './kernel.ts'

const backends: readonly Backend[] = ['netem', 'tap', 'packet', 'veth']

/**
 * What carries a network.
 *
 * @param number of the network in its lab
 */
export function fabricOf(ground: Ground, backend: Backend, number: number): Fabric {
  if (backend === 'tap' || backend === 'packet') return new EmulatedFabric(ground, number, backend)
  return new KernelFabric(ground, number, backend === 'netem')
}

/** @throws {NamespaceError} `ERR_NS_INVALID_OPTION` */
export function checkBackend(backend: Backend | undefined): Backend | undefined {
  if (backend === undefined || backends.includes(backend)) return backend
  throw invalidOption(`backend: one of ${backends.join(', ')} is wanted`, 'net')
}

/** The best that this machine has, found by trying: netem, then taps, then packet sockets. */
export async function chooseBackend(ground: Ground): Promise<Backend> {
  if (hasNetem(ground)) return 'netem'
  return (await hasTun(ground)) ? 'tap' : 'packet'
}

function hasNetem({ netlink: { qdiscs } }: Ground): boolean {
  try {
    qdiscs.add(netem({ dev: 'lo', delay: 1 }))
    qdiscs.remove({ dev: 'lo' })
    return true
  } catch (error) {
    if (error instanceof NetlinkError) return false
    throw error
  }
}

async function hasTun({ hub, user }: Ground): Promise<boolean> {
  try {
    const tap = await openTunInside({ mode: 'tap', virtioHeader: true }, hub, { user })
    tap.close()
    return true
  } catch {
    return false // no device file, or none for this user, or no driver behind it
  }
}
