import { close, receive } from '../calls/fds.ts'
import { type Exit, exitOfStatus } from '../calls/processes.ts'

/** What an init reported of its command before it ended; an init that was killed reported nothing. */
export function reportedExit(lifeline: number): Partial<Exit> {
  const message = receive(lifeline)
  if (message?.fd !== undefined) close(message.fd) // root inside may speak for its init
  return message?.bytes.length === 4 ? exitOfStatus(message.bytes.readInt32LE(0)) : {}
}
