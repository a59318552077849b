import type { Attribute } from '../codec/attribute.ts'
import type { Request } from '../codec/message.ts'
import { RTM } from './constants.ts'

/** What an rtnetlink request is beside its type. */
interface Parts {
  readonly header: Uint8Array
  readonly attributes?: readonly Attribute[]
  readonly flags?: number
  readonly subject?: string | undefined
}

/** A request of rtnetlink, by the header's name of its type. */
export function rtm(
  name: keyof typeof RTM,
  { header, attributes = [], flags = 0, subject }: Parts,
): Request {
  return { name: `RTM_${name}`, subject, type: RTM[name], flags, header, attributes }
}
