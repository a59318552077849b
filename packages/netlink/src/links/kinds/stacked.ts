import { be16, bytes, u16, u32 } from '../../codec/attribute.ts'
import { ifGiven } from '../../codec/optional.ts'
import type { LinkRef } from '../link.ts'
import type { LinkSettings, NewLink } from '../new-link.ts'
import { numberOf, own } from './settings.ts'

// Links on top of another one. include/uapi/linux/if_link.h, if_ether.h

const IFLA_VLAN = { ID: 1, FLAGS: 2, PROTOCOL: 5 } as const
const ETH_P = { '802.1Q': 0x8100, '802.1ad': 0x88a8 } as const
const VLAN_FLAG = { GVRP: 2, LOOSE_BINDING: 4 } as const

/** The frames of another link that carry a tag. */
export interface VlanOptions extends LinkSettings {
  readonly link: LinkRef
  /** 0 to 4094. */
  readonly id: number
  /** @default '802.1Q' */
  readonly protocol?: keyof typeof ETH_P | undefined
  /** Announces itself to switches. @default false */
  readonly gvrp?: boolean | undefined
  /** Stays up when the other link goes down. @default false */
  readonly looseBinding?: boolean | undefined
}

/** A VLAN (IEEE 802.1Q). */
export function vlan(options: VlanOptions): NewLink {
  const { link, id, protocol, gvrp, looseBinding } = options
  const settings = own('vlan', options, ['link', 'id', 'protocol', 'gvrp', 'looseBinding'])
  const mask =
    (gvrp === undefined ? 0 : VLAN_FLAG.GVRP) |
    (looseBinding === undefined ? 0 : VLAN_FLAG.LOOSE_BINDING)
  const flags = Buffer.alloc(8) // struct ifla_vlan_flags
  flags.writeUInt32LE((gvrp ? VLAN_FLAG.GVRP : 0) | (looseBinding ? VLAN_FLAG.LOOSE_BINDING : 0))
  flags.writeUInt32LE(mask, 4)
  const data = [
    ...ifGiven(protocol, (it) => be16(IFLA_VLAN, 'PROTOCOL', numberOf('vlan.protocol', ETH_P, it))),
    u16(IFLA_VLAN, 'ID', id),
    ...(mask ? [bytes(IFLA_VLAN, 'FLAGS', flags)] : []),
  ]
  return { ...settings, kind: 'vlan', link, data }
}

const IFLA_MACVLAN = { MODE: 1 } as const
const macvlanModes = { private: 1, vepa: 2, bridge: 4, passthru: 8, source: 16 } as const

/** Another MAC address on a link. */
export interface MacvlanOptions extends LinkSettings {
  readonly link: LinkRef
  /** Whom it can speak with, of those on the same link. @default 'bridge' */
  readonly mode?: keyof typeof macvlanModes | undefined
}

/** A link with a MAC address of its own on top of another one. */
export function macvlan(options: MacvlanOptions): NewLink {
  return macvlanOf('macvlan', options)
}

/** A macvlan that is a character device, `/dev/tapINDEX`, as well. */
export function macvtap(options: MacvlanOptions): NewLink {
  return macvlanOf('macvtap', options)
}

function macvlanOf(kind: string, options: MacvlanOptions): NewLink {
  const { link, mode = 'bridge' } = options
  const data = [u32(IFLA_MACVLAN, 'MODE', numberOf(`${kind}.mode`, macvlanModes, mode))]
  return { ...own(kind, options, ['link', 'mode']), kind, link, data }
}

const IFLA_IPVLAN = { MODE: 1, FLAGS: 2 } as const
const ipvlanModes = { l2: 0, l3: 1, l3s: 2 } as const
const ipvlanFlags = { bridge: 0, private: 1, vepa: 2 } as const

/** Other IP addresses on a link, with its MAC address. */
export interface IpvlanOptions extends LinkSettings {
  readonly link: LinkRef
  /** @default 'l3' */
  readonly mode?: keyof typeof ipvlanModes | undefined
  /** Whom it can speak with, of those on the same link. @default 'bridge' */
  readonly isolation?: keyof typeof ipvlanFlags | undefined
}

/** A link with IP addresses of its own on top of another one, with that one's MAC address. */
export function ipvlan(options: IpvlanOptions): NewLink {
  const { link, mode = 'l3', isolation } = options
  const data = [
    u16(IFLA_IPVLAN, 'MODE', numberOf('ipvlan.mode', ipvlanModes, mode)),
    ...ifGiven(isolation, (it) =>
      u16(IFLA_IPVLAN, 'FLAGS', numberOf('ipvlan.isolation', ipvlanFlags, it)),
    ),
  ]
  return { ...own('ipvlan', options, ['link', 'mode', 'isolation']), kind: 'ipvlan', link, data }
}
