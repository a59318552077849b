import { readFileSync } from 'node:fs'
import { constants } from 'node:os'

const { SIGHUP, SIGINT, SIGQUIT, SIGABRT, SIGUSR1, SIGUSR2, SIGPIPE, SIGALRM, SIGTERM, SIGIO } =
  constants.signals
const terminating = [
  SIGHUP,
  SIGINT,
  SIGQUIT,
  SIGABRT,
  SIGUSR1,
  SIGUSR2,
  SIGPIPE,
  SIGALRM,
  SIGTERM,
  SIGIO,
]

/** The kernel drops signals that a PID 1 has no handler for (pid_namespaces(7)): those that would end it. */
export function isDroppedByPidOne(pid: number, signal: number): boolean {
  if (!terminating.includes(signal)) return false
  try {
    const caught =
      readFileSync(`/proc/${pid}/status`, 'utf8').match(/^SigCgt:\s*(\S+)/m)?.[1] ?? '0'
    return (BigInt(`0x${caught}`) & (1n << BigInt(signal - 1))) === 0n
  } catch {
    return false
  }
}
