import {
  CLONE_NEW,
  type Contribution,
  checkJoin,
  checkKeys,
  invalidOption,
  type NamespaceRef,
  type Plan,
  SOCK,
} from '@ns/syscalls'
import { AF, IFF_UP, LOOPBACK, SIOCSIFFLAGS, SOCK_DGRAM } from './constants.ts'

/** A new network namespace, or one to join. */
export interface NetOptions {
  /** Brings the loopback interface up; `'try'`: goes on where the kernel refuses it. @default true */
  readonly lo?: boolean | 'try' | undefined
  /** Enter this one. */
  readonly join?: NamespaceRef | undefined
}

/**
 * A network namespace: interfaces, addresses, routes, ports, firewall rules and abstract unix sockets of its own. A new
 * one has a loopback interface and nothing else.
 *
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION` for malformed options and for contradictions
 * @see network_namespaces(7)
 */
export function net(options: NetOptions = {}): Contribution {
  checkKeys('net', options, ['lo', 'join'], 'net')
  checkJoin('net', options)
  const { lo, join } = options
  if (lo !== undefined && typeof lo !== 'boolean' && lo !== 'try')
    throw invalidOption("net.lo: true, false or 'try' is wanted", 'net')
  if (join !== undefined) return { type: 'net', flags: 0, join, steps: () => {} }
  return { type: 'net', flags: CLONE_NEW.net, steps: (plan) => addLoopback(plan, lo ?? true) }
}

/** By ioctl, not by netlink: a refusal is the errno of the step itself, not a message to be parsed (netdevice(7)). */
function addLoopback(plan: Plan, lo: boolean | 'try'): void {
  if (lo === false) return
  const request = Buffer.alloc(40) // struct ifreq
  request.write(LOOPBACK)
  request.writeInt16LE(IFF_UP, 16)
  const socket = plan.slot('socket')
  const options = { namespace: 'net', operation: 'bring lo up' } as const
  const tolerate =
    lo === 'try'
      ? ({ tolerate: ['EPERM', 'EACCES', 'EOPNOTSUPP', 'ENOTTY', 'ENOSYS'] } as const)
      : {}
  const steps = plan.in('net')
  steps.call('socket', [AF.INET, SOCK_DGRAM | SOCK.CLOEXEC, 0], {
    ...options,
    ...tolerate,
    result: socket,
  })
  steps.call('ioctl', [socket, SIOCSIFFLAGS, request], { ...options, ...tolerate, path: LOOPBACK })
  steps.call('close', [socket], { ...options, ...(lo === 'try' ? { tolerate: ['EBADF'] } : {}) })
}
