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
} from '@ns/syscalls'
import { NETLINK_ROUTE } from './constants.ts'
import { addLoopback } from './loopback.ts'
import { checkWiring, type WiringOptions } from './start/options.ts'
import { Wiring } from './start/wiring.ts'
import { addSysctls, checkSysctls, type Sysctls } from './sysctl.ts'

/** A new network namespace, or one to join. */
export interface NetOptions extends WiringOptions {
  /** Brings the loopback interface up; `'try'`: goes on where the kernel refuses it. @default true */
  readonly lo?: boolean | 'try' | undefined
  /** Sysctls of it: `{ 'net.ipv4.ip_forward': 1 }`. */
  readonly sysctls?: Sysctls | undefined
  /** Enter this one. */
  readonly join?: NamespaceRef | undefined
}

const keys: readonly (keyof NetOptions)[] = [
  'lo',
  'sysctls',
  'join',
  'interfaces',
  'routes',
  'forwards',
  'userMode',
  'outside',
]

/**
 * A network namespace: interfaces, addresses, routes, ports, firewall rules and abstract unix sockets of its own. A new
 * one has a loopback interface and nothing else.
 *
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION` for malformed options and for contradictions
 * @see network_namespaces(7)
 */
export function net(options: NetOptions = {}): Contribution {
  checkKeys('net', options, keys, 'net')
  checkJoin('net', options)
  const { lo, join } = options
  if (lo !== undefined && typeof lo !== 'boolean' && lo !== 'try')
    throw invalidOption("net.lo: true, false or 'try' is wanted", 'net')
  if (join !== undefined) return { type: 'net', flags: 0, join, steps: () => {} }
  checkWiring(options)
  const sysctls = options.sysctls ?? {}
  checkSysctls('net.sysctls', sysctls)
  const made = { type: 'net', flags: CLONE_NEW.net } as const
  const addLo = (plan: Plan, phase: Phase) => addLoopback(plan, lo ?? true, phase)
  const { interfaces, routes, forwards, userMode } = options
  if (!userMode && ![interfaces, routes, forwards].some((list) => list?.length))
    return {
      ...made,
      steps(plan) {
        addLo(plan, 'net')
        addSysctls(plan, sysctls)
      },
    }
  const wirings = new WeakMap<Plan, Wiring>() // of each start
  return {
    ...made,
    steps(plan) {
      const wiring = new Wiring(options)
      wirings.set(plan, wiring)
      addHandOver(plan, wiring)
      addLo(plan, 'user') // before the parent's part: a route may lead there
      addSysctls(plan, sysctls)
    },
    parent: (_, plan) => (wirings.get(plan) as Wiring).make(),
    release: (plan) => wirings.get(plan)?.release(),
  }
}

/** The parent gets a socket of the new namespace: it may not look at the child, and does not need to. */
function addHandOver(plan: Plan, wiring: Wiring): void {
  const { fd, steps } = handOver(plan, (received) => wiring.take(received))
  plan.in('user').openNetlink(NETLINK_ROUTE, fd)
  plan.in('user').push(...steps)
}
