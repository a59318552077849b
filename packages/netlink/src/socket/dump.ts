import { NLM_F, NLMSG } from '../codec/constants.ts'
import type { Message, Request } from '../codec/message.ts'
import { readAck, readDone, refusal } from '../errors/extended-ack.ts'

/**
 * Reads a dump to its end.
 *
 * @param receive gives the messages of one datagram after the other
 * @returns `undefined` when it was interrupted: the objects may be neither those of before nor those of after a change
 * @throws {NetlinkError} what the kernel answered, in NLMSG_ERROR or in NLMSG_DONE
 */
export function collectDump(
  request: Request,
  sequence: number,
  receive: () => readonly Message[],
): Message[] | undefined {
  const found: Message[] = []
  let isInterrupted = false
  for (;;) {
    for (const message of receive()) {
      if (message.sequence !== sequence) continue
      if (message.flags & NLM_F.DUMP_INTR) isInterrupted = true
      if (message.type !== NLMSG.ERROR && message.type !== NLMSG.DONE) {
        found.push(message)
        continue
      }
      const verdict = message.type === NLMSG.DONE ? readDone(message) : readAck(message)
      if (verdict.errno !== 0) throw refusal(request, verdict)
      return isInterrupted ? undefined : found
    }
  }
}
