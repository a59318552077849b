import {
  CLONE_NEW,
  type Contribution,
  checkJoin,
  checkKeys,
  handOver,
  invalidOption,
  type NamespaceRef,
  type Phase,
  type Plan,
  SOCK,
} from '@ns/syscalls'
import {
  AF,
  AF_NETLINK,
  IFF_UP,
  LOOPBACK,
  NETLINK_ROUTE,
  SIOCSIFFLAGS,
  SOCK_DGRAM,
  SOCK_RAW,
} from './constants.ts'
import { checkWiring, type WiringOptions } from './start/options.ts'
import { Wiring } from './start/wiring.ts'

/** A new network namespace, or one to join. */
export interface NetOptions extends WiringOptions {
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
  checkKeys('net', options, ['lo', 'join', 'interfaces', 'routes', 'outside'], 'net')
  checkJoin('net', options)
  const { lo, join } = options
  if (lo !== undefined && typeof lo !== 'boolean' && lo !== 'try')
    throw invalidOption("net.lo: true, false or 'try' is wanted", 'net')
  if (join !== undefined) return { type: 'net', flags: 0, join, steps: () => {} }
  checkWiring(options)
  const made = { type: 'net', flags: CLONE_NEW.net } as const
  const addLo = (plan: Plan, phase: Phase) => addLoopback(plan, lo ?? true, phase)
  if (!options.interfaces?.length && !options.routes?.length)
    return { ...made, steps: (plan) => addLo(plan, 'net') }
  const wirings = new WeakMap<Plan, Wiring>() // of each start
  return {
    ...made,
    steps(plan) {
      const wiring = new Wiring(options)
      wirings.set(plan, wiring)
      addHandOver(plan, wiring)
      addLo(plan, 'user') // before the parent's part: a route may lead there
    },
    parent: (_, plan) => (wirings.get(plan) as Wiring).make(),
    release: (plan) => wirings.get(plan)?.release(),
  }
}

/** The parent gets a socket of the new namespace: it may not look at the child, and does not need to. */
function addHandOver(plan: Plan, wiring: Wiring): void {
  const options = { namespace: 'net', operation: 'open a netlink socket' } as const
  const { fd, steps } = handOver(plan, (received) => wiring.take(received))
  const type = SOCK_RAW | SOCK.CLOEXEC
  plan.in('user').call('socket', [AF_NETLINK, type, NETLINK_ROUTE], { ...options, result: fd })
  plan.in('user').push(...steps)
}

/** By ioctl, not by netlink: a refusal is the errno of the step itself, not a message to be parsed (netdevice(7)). */
function addLoopback(plan: Plan, lo: boolean | 'try', phase: Phase): void {
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
  const steps = plan.in(phase)
  steps.call('socket', [AF.INET, SOCK_DGRAM | SOCK.CLOEXEC, 0], {
    ...options,
    ...tolerate,
    result: socket,
  })
  steps.call('ioctl', [socket, SIOCSIFFLAGS, request], { ...options, ...tolerate, path: LOOPBACK })
  steps.call('close', [socket], { ...options, ...(lo === 'try' ? { tolerate: ['EBADF'] } : {}) })
}
