import { checkKeys, invalidOption } from '@ns/syscalls'
import { type Attribute, u8, u32 } from '../codec/attribute.ts'
import { type LinkSettings, type NewLink, settingKeys } from './new-link.ts'

/** Splits a kind's own options from those that every link has, and refuses all others. */
export function own<Options extends LinkSettings>(
  kind: string,
  options: Options,
  keys: readonly (keyof Options & string)[],
): LinkSettings {
  checkKeys(kind, options, [...settingKeys, ...keys], 'net')
  return Object.fromEntries(
    settingKeys.flatMap((key) => (options[key] === undefined ? [] : [[key, options[key]]])),
  )
}

/** A pair of links: what goes into one comes out of the other. */
export interface VethOptions extends LinkSettings {
  /** The other end; with `netns` it is born there. */
  readonly peer?: LinkSettings | undefined
}

/**
 * A pair of virtual ethernet links, both made at once and each in its own namespace: nothing is renamed or moved.
 *
 * @see veth(4)
 */
export function veth(options: VethOptions): NewLink {
  return { ...own('veth', options, ['peer']), kind: 'veth', peer: options.peer ?? {} }
}

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
  const settings = own('bridge', options, keys)
  const data: Attribute[] = []
  if (forwardDelay !== undefined)
    data.push(u32(IFLA_BR, 'FORWARD_DELAY', ticks('bridge.forwardDelay', forwardDelay)))
  if (ageing !== undefined) data.push(u32(IFLA_BR, 'AGEING_TIME', ticks('bridge.ageing', ageing)))
  if (stp !== undefined) data.push(u32(IFLA_BR, 'STP_STATE', Number(stp)))
  if (multicastSnooping !== undefined)
    data.push(u8(IFLA_BR, 'MCAST_SNOOPING', Number(multicastSnooping)))
  if (vlanFiltering !== undefined) data.push(u8(IFLA_BR, 'VLAN_FILTERING', Number(vlanFiltering)))
  return { ...settings, kind: 'bridge', data }
}

/** The kernel counts in clock_t, a hundredth of a second. */
function ticks(what: string, ms: number): number {
  if (!(ms >= 0)) throw invalidOption(`${what}: milliseconds are wanted`, 'net')
  return Math.round(ms / 10)
}
