import { type Attribute, attributeAt } from '../codec/attribute.ts'
import { Attributes } from '../codec/attributes.ts'
import { align, NLM_F, NLMSG_HDRLEN } from '../codec/constants.ts'
import type { Message, Request } from '../codec/message.ts'
import { hintFor } from './hints.ts'
import { type Allowed, malformed, NetlinkError } from './netlink-error.ts'

// include/uapi/linux/netlink.h
const NLMSGERR_ATTR = { MSG: 1, OFFS: 2, POLICY: 4, MISS_TYPE: 5, MISS_NEST: 6 } as const
const NL_POLICY_TYPE_ATTR = {
  TYPE: 1,
  MIN_VALUE_S: 2,
  MAX_VALUE_S: 3,
  MIN_VALUE_U: 4,
  MAX_VALUE_U: 5,
  MIN_LENGTH: 6,
  MAX_LENGTH: 7,
  BITFIELD32_MASK: 10,
  MASK: 12,
} as const
const types =
  'invalid flag u8 u16 u32 u64 s8 s16 s32 s64 binary string NUL-terminated-string nested nested-array bitfield32 sint uint'.split(
    ' ',
  )

/** What the kernel says of a request: its errno, 0 being success, and what came with it. */
export interface Verdict {
  /** Positive. */
  readonly errno: number
  readonly attributes: Attributes | undefined
}

/** Reads NLMSG_ERROR, which is an acknowledgement too. */
export function readAck({ payload, flags }: Message): Verdict {
  if (payload.length < 4 + NLMSG_HDRLEN) throw malformed('an acknowledgement that is cut')
  const errno = -payload.readInt32LE(0)
  if (!(flags & NLM_F.ACK_TLVS)) return { errno, attributes: undefined }
  // The request comes back whole when it failed, unless the kernel was asked to cap it.
  const isCapped = flags & NLM_F.CAPPED || errno === 0
  const echoed = isCapped ? NLMSG_HDRLEN : align(payload.readUInt32LE(4))
  return { errno, attributes: Attributes.parse(payload, 4 + echoed) }
}

/** Reads NLMSG_DONE: a dump that fails ends so, with the errno in it. Older kernels leave it out. */
export function readDone({ payload, flags }: Message): Verdict {
  if (payload.length < 4) return { errno: 0, attributes: undefined }
  const errno = -payload.readInt32LE(0)
  const attributes = flags & NLM_F.ACK_TLVS ? Attributes.parse(payload, 4) : undefined
  return { errno: Math.max(0, errno), attributes }
}

/** The error of a request with all that the kernel said of it. */
export function refusal(request: Request, { errno, attributes: said }: Verdict): NetlinkError {
  const offset = said?.u32(NLMSGERR_ATTR.OFFS)
  const text = said?.text(NLMSGERR_ATTR.MSG)
  return new NetlinkError({
    errno,
    call: request.name,
    path: request.subject,
    attribute: offset === undefined ? undefined : pathOf(wayTo(request, offset)),
    missing: said && missingIn(request, said),
    text,
    allowed: said && allowedIn(said),
    hint: hintFor(request, errno, text),
  })
}

/** The kernel counts from the message's begin. */
function wayTo(request: Request, offset: number): Attribute[] {
  const start = NLMSG_HDRLEN + align(request.header.length)
  return attributeAt(request.attributes, offset - start)
}

function pathOf(way: readonly Attribute[]): string | undefined {
  return way.map(({ name }) => name).join('.') || undefined
}

/** Named by the table of its would-be neighbours; without any, by its number. */
function missingIn(request: Request, said: Attributes): string | undefined {
  const type = said.u32(NLMSGERR_ATTR.MISS_TYPE)
  if (type === undefined) return undefined
  const nest = said.u32(NLMSGERR_ATTR.MISS_NEST)
  const way = nest === undefined ? [] : wayTo(request, nest)
  const inner = way.at(-1)?.value
  const neighbours = way.length === 0 ? request.attributes : Array.isArray(inner) ? inner : []
  const table = (neighbours[0] as Attribute | undefined)?.table ?? {}
  const name = Object.keys(table).find((key) => table[key] === type) ?? `attribute ${type}`
  return [...way.map((attribute) => attribute.name), name].join('.')
}

function allowedIn(said: Attributes): Allowed | undefined {
  const policy = said.nested(NLMSGERR_ATTR.POLICY)
  if (!policy) return undefined
  const A = NL_POLICY_TYPE_ATTR
  const type = policy.u32(A.TYPE)
  const min = policy.s64(A.MIN_VALUE_S) ?? policy.u64(A.MIN_VALUE_U)
  const max = policy.s64(A.MAX_VALUE_S) ?? policy.u64(A.MAX_VALUE_U)
  const minLength = policy.u32(A.MIN_LENGTH)
  const maxLength = policy.u32(A.MAX_LENGTH)
  const bits = policy.u32(A.BITFIELD32_MASK)
  const mask = policy.u64(A.MASK) ?? (bits === undefined ? undefined : BigInt(bits))
  return {
    ...(type === undefined ? {} : { type: types[type] ?? `type ${type}` }),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(minLength === undefined ? {} : { minLength }),
    ...(maxLength === undefined ? {} : { maxLength }),
    ...(mask === undefined ? {} : { mask }),
  }
}
