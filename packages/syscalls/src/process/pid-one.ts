import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import type { Plan } from '../program/plan.ts'

const { SIGKILL, SIGSTOP, SIGTSTP } = constants.signals
/** Those that people send to end a process. */
const terminating = (
  [
    'SIGHUP',
    'SIGINT',
    'SIGQUIT',
    'SIGABRT',
    'SIGUSR1',
    'SIGUSR2',
    'SIGPIPE',
    'SIGALRM',
    'SIGTERM',
    'SIGIO',
  ] as const
).map((name): number => constants.signals[name])

/** What to send to a process, which may be a PID 1, so that it has the effect that a signal has elsewhere. */
export function signalFor(
  signal: number,
  { init, commandIsPidOne }: Pick<Plan, 'init' | 'commandIsPidOne'>,
  pid: number,
): { readonly signal: number; readonly value?: number } {
  // It would stop the init, and the init alone: native/launcher.c knows the value.
  if (init && signal === SIGSTOP) return { signal: SIGTSTP, value: SIGSTOP }
  return { signal: commandIsPidOne && isDroppedByPidOne(pid, signal) ? SIGKILL : signal }
}

/** The kernel drops signals that a PID 1 has no handler for (pid_namespaces(7)): those that would end it. */
function isDroppedByPidOne(pid: number, signal: number): boolean {
  if (!terminating.includes(signal)) return false
  try {
    const caught =
      readFileSync(`/proc/${pid}/status`, 'utf8').match(/^SigCgt:\s*(\S+)/m)?.[1] ?? '0'
    return (BigInt(`0x${caught}`) & (1n << BigInt(signal - 1))) === 0n
  } catch {
    return false
  }
}
