import { checkKeys } from '@ns/syscalls'
import { u8, u16, u32 } from '../../codec/attribute.ts'
import { ifGiven } from '../../codec/optional.ts'
import type { LinkChanges, LinkSettings, NewLink } from '../new-link.ts'
import { clockTicks, numberOf, own } from './settings.ts'

/** A switch in software. */
export interface BridgeOptions extends LinkSettings {
  /** Spanning tree. @default false */
  readonly stp?: boolean | undefined
  /** How long a port listens and learns before it forwards, in `ms`; 0 without spanning tree. @default 15000 */
  readonly forwardDelay?: number | undefined
  /** How long a learned address is kept, in `ms`. @default 300000 */
  readonly ageing?: number | undefined
  /** Whether it snoops IGMP and MLD. @default true */
  readonly multicastSnooping?: boolean | undefined
  /** Whether it looks at VLAN tags. @default false */
  readonly vlanFiltering?: boolean | undefined
}

/** `include/uapi/linux/if_link.h` */
const IFLA_BR = {
  FORWARD_DELAY: 1,
  AGEING_TIME: 4,
  STP_STATE: 5,
  VLAN_FILTERING: 7,
  MCAST_SNOOPING: 23,
} as const

/** A bridge; links join it by `master`. */
export function bridge(options: BridgeOptions): NewLink {
  const keys = ['stp', 'forwardDelay', 'ageing', 'multicastSnooping', 'vlanFiltering'] as const
  const { stp, forwardDelay, ageing, multicastSnooping, vlanFiltering } = options
  const data = [
    ...ifGiven(forwardDelay, (ms) =>
      u32(IFLA_BR, 'FORWARD_DELAY', clockTicks('bridge.forwardDelay', ms)),
    ),
    ...ifGiven(ageing, (ms) => u32(IFLA_BR, 'AGEING_TIME', clockTicks('bridge.ageing', ms))),
    ...ifGiven(stp, (is) => u32(IFLA_BR, 'STP_STATE', Number(is))),
    ...ifGiven(multicastSnooping, (is) => u8(IFLA_BR, 'MCAST_SNOOPING', Number(is))),
    ...ifGiven(vlanFiltering, (is) => u8(IFLA_BR, 'VLAN_FILTERING', Number(is))),
  ]
  return { ...own('bridge', options, keys), kind: 'bridge', data }
}

/** `IFLA_BRPORT_…` */
const IFLA_BRPORT = {
  STATE: 1,
  PRIORITY: 2,
  COST: 3,
  MODE: 4,
  GUARD: 5,
  LEARNING: 8,
  UNICAST_FLOOD: 9,
  MCAST_FLOOD: 27,
  BCAST_FLOOD: 30,
  ISOLATED: 33,
} as const

const portStates = { disabled: 0, listening: 1, learning: 2, forwarding: 3, blocking: 4 } as const

/** A member of a bridge. */
export interface BridgePortOptions {
  /** Speaks only with members that are not isolated. */
  readonly isolated?: boolean | undefined
  /** Frames may leave by where they came from. */
  readonly hairpin?: boolean | undefined
  /** Learns who is behind it. */
  readonly learning?: boolean | undefined
  /** Gets frames for addresses that nobody is known to have. */
  readonly unicastFlood?: boolean | undefined
  readonly multicastFlood?: boolean | undefined
  readonly broadcastFlood?: boolean | undefined
  /** Drops the messages of spanning tree. */
  readonly guard?: boolean | undefined
  /** Of spanning tree. */
  readonly cost?: number | undefined
  readonly priority?: number | undefined
  readonly state?: keyof typeof portStates | undefined
}

const portKeys: readonly (keyof BridgePortOptions)[] = [
  'isolated',
  'hairpin',
  'learning',
  'unicastFlood',
  'multicastFlood',
  'broadcastFlood',
  'guard',
  'cost',
  'priority',
  'state',
]

/** Changes of a bridge's member: `links.set('port', bridgePort({ isolated: true }))` */
export function bridgePort(options: BridgePortOptions): LinkChanges {
  checkKeys('bridgePort', options, portKeys, 'net')
  const bit = (name: keyof typeof IFLA_BRPORT, value: boolean | undefined) =>
    ifGiven(value, (is) => u8(IFLA_BRPORT, name, Number(is)))
  const { state, priority, cost } = options
  const portData = [
    ...ifGiven(state, (it) =>
      u8(IFLA_BRPORT, 'STATE', numberOf('bridgePort.state', portStates, it)),
    ),
    ...ifGiven(priority, (it) => u16(IFLA_BRPORT, 'PRIORITY', it)),
    ...ifGiven(cost, (it) => u32(IFLA_BRPORT, 'COST', it)),
    ...bit('MODE', options.hairpin),
    ...bit('GUARD', options.guard),
    ...bit('LEARNING', options.learning),
    ...bit('UNICAST_FLOOD', options.unicastFlood),
    ...bit('MCAST_FLOOD', options.multicastFlood),
    ...bit('BCAST_FLOOD', options.broadcastFlood),
    ...bit('ISOLATED', options.isolated),
  ]
  return { portKind: 'bridge', portData }
}
