import { constants } from 'node:os'
import { SyscallError } from '../errors/syscall-error.ts'
import { P_PIDFD, W } from '../kernel/constants.ts'
import { attempt, descriptor } from './result.ts'

/**
 * `pidfdOpen(pid)` — an fd that stays with this process, whatever becomes of its number.
 *
 * @throws {SyscallError} `ESRCH` when no process has that pid.
 * @see pidfd_open(2), Linux 5.3
 */
export function pidfdOpen(pid: number): number {
  return descriptor({ path: `pid ${pid}` }, 'pidfd_open', pid, 0)
}

/**
 * `pidfdSendSignal(pidfd, signal)` — signal exactly this process; false when it is gone.
 *
 * @throws {SyscallError} `EPERM` when it may not be signalled by us, `EINVAL` for an unknown signal.
 * @see pidfd_send_signal(2), Linux 5.1
 */
export function pidfdSendSignal(pidfd: number, signal: number): boolean {
  const result = attempt('pidfd_send_signal', pidfd, signal, null, 0)
  if (result === 0) return true
  if (result === -constants.errno.ESRCH) return false
  throw new SyscallError(-result, 'pidfd_send_signal')
}

/** Microseconds of CPU time, and memory in kibibytes, of a process and those of its children that it waited for. */
export interface ResourceUsage {
  userCPUTime: number
  systemCPUTime: number
  maxRSS: number
}

/** How a process ended: one of the two is null. */
export interface Exit {
  exitCode: number | null
  signalCode: NodeJS.Signals | null
  resourceUsage: ResourceUsage
}

/** `9` → `'SIGKILL'`; a real-time signal is `'SIG35'`. */
export function signalName(signal: number): NodeJS.Signals {
  for (const [name, value] of Object.entries(constants.signals))
    if (value === signal) return name as NodeJS.Signals
  return `SIG${signal}` as NodeJS.Signals
}

/**
 * `wait(pidfd)` — reap an ended child; `undefined` while it runs.
 *
 * @throws {SyscallError} `ECHILD` when it isn't our child, or was reaped by someone else.
 * @see waitid(2), P_PIDFD: Linux 5.4
 */
export function wait(pidfd: number): Exit | undefined {
  const info = Buffer.alloc(128)
  const usage = Buffer.alloc(144)
  const result = attempt('waitid', P_PIDFD, pidfd, info, W.EXITED | W.NOHANG | W.ALL, usage)
  if (result < 0) throw new SyscallError(-result, 'waitid')
  if (info.readInt32LE(12) === 0 && info.readInt32LE(16) === 0) return undefined // si_pid: none has ended
  const status = info.readInt32LE(24) // si_status
  const exited = info.readInt32LE(8) === 1 // si_code CLD_EXITED
  return {
    exitCode: exited ? status : null,
    signalCode: exited ? null : signalName(status),
    resourceUsage: {
      userCPUTime: Number(usage.readBigInt64LE(0)) * 1e6 + Number(usage.readBigInt64LE(8)),
      systemCPUTime: Number(usage.readBigInt64LE(16)) * 1e6 + Number(usage.readBigInt64LE(24)),
      maxRSS: Number(usage.readBigInt64LE(32)),
    },
  }
}

/** The wait status of wait(2) as an exit: what an init reports of its command. */
export function exitOfStatus(status: number): Pick<Exit, 'exitCode' | 'signalCode'> {
  const signal = status & 0x7f
  return signal
    ? { exitCode: null, signalCode: signalName(signal) }
    : { exitCode: (status >> 8) & 0xff, signalCode: null }
}
