import { type Message, splitPayload } from '../codec/message.ts'
import { given } from '../codec/optional.ts'
import { malformed } from '../errors/netlink-error.ts'
import { IFA, IFA_F } from '../rtnetlink/constants.ts'
import { IFADDRMSG } from '../rtnetlink/headers.ts'
import { type Family, familyName, formatIp } from '../text/ip.ts'

/** An address of a link. */
export interface Address {
  /** Of the link. */
  readonly index: number
  readonly family: Family
  /** `'10.0.0.1/24'` */
  readonly address: string
  /** The other end's, on a point-to-point link. */
  readonly peer?: string
  readonly broadcast?: string
  readonly label?: string
  /** `RT_SCOPE_…` */
  readonly scope: number
  /** `IFA_F_…`, all of them. */
  readonly flags: number
  /** Not usable yet: IPv6 looks for others who have it. */
  readonly tentative: boolean
  /** Somebody else has it. */
  readonly duplicate: boolean
  /** For how long it is valid and preferred, in `ms`; Infinity: for ever. */
  readonly validLifetime: number
  readonly preferredLifetime: number
}

/** A lifetime without an end: INFINITY_LIFE_TIME. */
export const FOREVER = 0xffffffff

/** Reads RTM_NEWADDR. Where IFA_LOCAL is missing, as in IPv6, the address is IFA_ADDRESS; else that is the peer's. */
export function parseAddress(message: Message): Address {
  const { header, attributes: found } = splitPayload(message, IFADDRMSG)
  const prefix = header.readUInt8(1)
  const target = found.bytes(IFA.ADDRESS)
  const local = found.bytes(IFA.LOCAL) ?? target
  if (!local) throw malformed('an address without one')
  const isPair = target && !local.equals(target)
  const flags = found.u32(IFA.FLAGS) ?? header.readUInt8(2)
  const broadcast = found.bytes(IFA.BROADCAST)
  const cache = found.struct(IFA.CACHEINFO, 8)
  return {
    index: header.readUInt32LE(4),
    family: familyName(header.readUInt8(0)),
    address: `${formatIp(local)}/${isPair ? local.length * 8 : prefix}`,
    ...(isPair ? { peer: `${formatIp(target)}/${prefix}` } : {}),
    ...given('broadcast', broadcast && formatIp(broadcast)),
    ...given('label', found.text(IFA.LABEL)),
    scope: header.readUInt8(3),
    flags,
    tentative: (flags & IFA_F.TENTATIVE) !== 0,
    duplicate: (flags & IFA_F.DADFAILED) !== 0,
    validLifetime: milliseconds(cache?.readUInt32LE(4)),
    preferredLifetime: milliseconds(cache?.readUInt32LE(0)),
  }
}

function milliseconds(seconds = FOREVER): number {
  return seconds === FOREVER ? Number.POSITIVE_INFINITY : seconds * 1000
}
