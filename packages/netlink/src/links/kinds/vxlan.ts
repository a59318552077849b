import { type Attribute, be16, bytes, u8, u32 } from '../../codec/attribute.ts'
import { ifGiven } from '../../codec/optional.ts'
import { AF, parseIp } from '../../text/ip.ts'
import type { LinkSettings, NewLink } from '../new-link.ts'
import { own } from './settings.ts'

/** `include/uapi/linux/if_link.h` */
const IFLA_VXLAN = {
  ID: 1,
  GROUP: 2,
  LINK: 3,
  LOCAL: 4,
  TTL: 5,
  LEARNING: 7,
  AGEING: 8,
  PORT: 15,
  GROUP6: 16,
  LOCAL6: 17,
} as const

/** The port that IANA gave it; the kernel's own default is an older one. */
const PORT = 4789

/** Ethernet over UDP. */
export interface VxlanOptions extends LinkSettings {
  /** The network's number, 24 bits. */
  readonly id: number
  /** The other end, or a multicast group. */
  readonly remote?: string | undefined
  readonly local?: string | undefined
  /** Index of the link that carries it. */
  readonly dev?: number | undefined
  /** @default 4789 */
  readonly port?: number | undefined
  readonly ttl?: number | undefined
  /** Whether it learns who is behind which end. @default true */
  readonly learning?: boolean | undefined
  /** How long that is kept, in `ms`. @default 300000 */
  readonly ageing?: number | undefined
}

/** A tunnel of ethernet frames over UDP (RFC 7348). */
export function vxlan(options: VxlanOptions): NewLink {
  const { id, remote, local, dev, port = PORT, ttl, learning, ageing } = options
  const address =
    (name: 'GROUP' | 'LOCAL', what: string) =>
    (text: string): Attribute => {
      const ip = parseIp(`vxlan.${what}`, text)
      return bytes(IFLA_VXLAN, ip.family === AF.INET ? name : `${name}6`, ip.bytes)
    }
  const data = [
    u32(IFLA_VXLAN, 'ID', id),
    ...ifGiven(remote, address('GROUP', 'remote')),
    ...ifGiven(local, address('LOCAL', 'local')),
    ...ifGiven(dev, (index) => u32(IFLA_VXLAN, 'LINK', index)),
    ...ifGiven(ttl, (it) => u8(IFLA_VXLAN, 'TTL', it)),
    ...ifGiven(learning, (is) => u8(IFLA_VXLAN, 'LEARNING', Number(is))),
    ...ifGiven(ageing, (ms) => u32(IFLA_VXLAN, 'AGEING', Math.round(ms / 1000))),
    be16(IFLA_VXLAN, 'PORT', port),
  ]
  const keys = ['id', 'remote', 'local', 'dev', 'port', 'ttl', 'learning', 'ageing'] as const
  return { ...own('vxlan', options, keys), kind: 'vxlan', data }
}
