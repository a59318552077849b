import { NLMSG } from '../codec/constants.ts'
import type { Message, Request } from '../codec/message.ts'
import { readAck, refusal } from '../errors/extended-ack.ts'
import type { NetlinkError } from '../errors/netlink-error.ts'

/** What became of one request of several. */
export interface Reply {
  /** What came before the acknowledgement: the object itself, where NLM_F_ECHO asked for it. */
  readonly messages: readonly Message[]
  /** Absent when it was carried out. */
  readonly error?: NetlinkError
}

/**
 * Reads until each of some requests is acknowledged.
 *
 * @param first the number of the first request; the others count on
 * @param receive gives the messages of one datagram after the other
 */
export function collectReplies(
  requests: readonly Request[],
  first: number,
  receive: () => readonly Message[],
): Reply[] {
  const messages: Message[][] = requests.map(() => [])
  const replies: Reply[] = []
  for (let open = requests.length; open > 0; ) {
    for (const message of receive()) {
      const i = (message.sequence - first) >>> 0
      const request = requests[i]
      if (!request) continue // of a notification, or of a request that was given up
      if (message.type !== NLMSG.ERROR) {
        messages[i]?.push(message)
        continue
      }
      const verdict = readAck(message)
      const error = verdict.errno === 0 ? {} : { error: refusal(request, verdict) }
      replies[i] = { messages: messages[i] ?? [], ...error }
      open--
    }
  }
  return replies
}
