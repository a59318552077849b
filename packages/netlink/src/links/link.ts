import type { Attributes } from '../codec/attributes.ts'
import { type Message, splitPayload } from '../codec/message.ts'
import { given } from '../codec/optional.ts'
import { IFF, IFLA, IFLA_INFO } from '../rtnetlink/constants.ts'
import { IFINFOMSG } from '../rtnetlink/headers.ts'
import { formatMac } from '../text/mac.ts'

/** How a link is named: by index or by name. */
export type LinkRef = number | string

/** `IF_OPER_…` of `include/uapi/linux/if.h`, in their order. */
const states = [
  'unknown',
  'notpresent',
  'down',
  'lowerlayerdown',
  'testing',
  'dormant',
  'up',
] as const

/** The state of RFC 2863: what a link is, not what it was set to. */
export type OperState = (typeof states)[number]

/** A link, which is what the kernel calls an interface. */
export interface Link {
  readonly index: number
  readonly name: string
  readonly alternativeNames: readonly string[]
  /** `'veth'`, `'bridge'`; none for `lo` and for hardware. */
  readonly kind?: string
  /** Whether it is switched on. */
  readonly up: boolean
  /** Whether it has a carrier. */
  readonly carrier: boolean
  readonly state: OperState
  /** `IFF_…`, all of them. */
  readonly flags: number
  /** Bytes. */
  readonly mtu: number
  /** `'02:42:ac:11:00:02'`; empty without one. */
  readonly mac: string
  readonly txQueueLength: number
  readonly group: number
  readonly alias?: string
  /** The bridge, bond or vrf that it belongs to. */
  readonly master?: number
  /** The peer, or the link it is on top of, in the namespace that `netnsId` names or in this one. */
  readonly link?: number
  readonly netnsId?: number
  /** Settings of its kind, as the kernel has them: `IFLA_VLAN_ID` and so on. */
  readonly data?: Attributes
  /** Its settings as a member of its master: `IFLA_BRPORT_…`. */
  readonly portData?: Attributes
}

/** Reads RTM_NEWLINK. */
export function parseLink(message: Message): Link {
  const { header, attributes: found } = splitPayload(message, IFINFOMSG)
  const flags = header.readUInt32LE(8)
  const info = found.nested(IFLA.LINKINFO)
  const names = found.nested(IFLA.PROP_LIST)?.all ?? []
  const mac = found.bytes(IFLA.ADDRESS)
  const link = found.u32(IFLA.LINK)
  return {
    index: header.readInt32LE(4),
    name: found.text(IFLA.IFNAME) ?? '',
    alternativeNames: names
      .filter(({ type }) => type === IFLA.ALT_IFNAME)
      .map(({ value }) => value.toString('utf8').replace(/\0.*/s, '')),
    up: (flags & IFF.UP) !== 0,
    carrier: (flags & IFF.LOWER_UP) !== 0,
    state: states[found.u8(IFLA.OPERSTATE) ?? 0] ?? 'unknown',
    flags,
    mtu: found.u32(IFLA.MTU) ?? 0,
    mac: mac ? formatMac(mac) : '',
    txQueueLength: found.u32(IFLA.TXQLEN) ?? 0,
    group: found.u32(IFLA.GROUP) ?? 0,
    ...given('kind', info?.text(IFLA_INFO.KIND)),
    ...given('alias', found.text(IFLA.IFALIAS)),
    ...given('master', found.u32(IFLA.MASTER)),
    ...given('link', link || undefined), // 0: it has lost it
    ...given('netnsId', found.s32(IFLA.LINK_NETNSID)),
    ...given('data', info?.nested(IFLA_INFO.DATA)),
    ...given('portData', info?.nested(IFLA_INFO.SLAVE_DATA)),
  }
}
