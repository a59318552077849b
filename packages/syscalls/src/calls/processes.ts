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

/** `asm-generic/siginfo.h` */
const SI_QUEUE = -1

/**
 * `pidfdSendSignal(pidfd, signal)` — signal exactly this process; false when it is gone.
 *
 * @param value a number that goes along, as with sigqueue(3)
 * @throws {SyscallError} `EPERM` when it may not be signalled by us, `EINVAL` for an unknown signal.
 * @see pidfd_send_signal(2), Linux 5.1
 */
export function pidfdSendSignal(pidfd: number, signal: number, value?: number): boolean {
  const info = value === undefined ? null : Buffer.alloc(128) // siginfo_t
  info?.writeInt32LE(signal, 0)
  info?.writeInt32LE(SI_QUEUE, 8)
  info?.writeInt32LE(value ?? 0, 24)
  const result = attempt('pidfd_send_signal', pidfd, signal, info, 0)
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

/** How a process ended: one of the two is null; both are where somebody else in this process has reaped it. */
export interface Exit {
  exitCode: number | null
  signalCode: NodeJS.Signals | null
  /** Whether the signal left a core dump. */
  coreDumped: boolean
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
  const usage = Buffer.alloc(USAGE_SIZE)
  const result = attempt('waitid', P_PIDFD, pidfd, info, W.EXITED | W.NOHANG | W.ALL, usage)
  if (result < 0) throw new SyscallError(-result, 'waitid')
  if (info.readInt32LE(12) === 0 && info.readInt32LE(16) === 0) return undefined // si_pid: none has ended
  const status = info.readInt32LE(24) // si_status
  const code = info.readInt32LE(8) // si_code
  const exited = code === CLD.EXITED
  return {
    exitCode: exited ? status : null,
    signalCode: exited ? null : signalName(status),
    coreDumped: code === CLD.DUMPED,
    resourceUsage: usageOf(usage),
  }
}

/** `asm-generic/siginfo.h` */
const CLD = { EXITED: 1, DUMPED: 3 }
/** `struct rusage` */
const USAGE_SIZE = 144

function usageOf(usage: Buffer): ResourceUsage {
  return {
    userCPUTime: Number(usage.readBigInt64LE(0)) * 1e6 + Number(usage.readBigInt64LE(8)),
    systemCPUTime: Number(usage.readBigInt64LE(16)) * 1e6 + Number(usage.readBigInt64LE(24)),
    maxRSS: Number(usage.readBigInt64LE(32)),
  }
}

/** How it ended, where nobody knows any more: somebody else has reaped it. */
export const UNKNOWN_EXIT: Exit = {
  exitCode: null,
  signalCode: null,
  coreDumped: false,
  resourceUsage: { userCPUTime: 0, systemCPUTime: 0, maxRSS: 0 },
}

/** A wait status of wait(2) and the `struct rusage` that came with it. */
export function exitOfStatus(status: number, usage: Buffer): Exit {
  const signal = status & 0x7f
  return {
    exitCode: signal ? null : (status >> 8) & 0xff,
    signalCode: signal ? signalName(signal) : null,
    coreDumped: signal !== 0 && (status & 0x80) !== 0,
    resourceUsage: usageOf(usage),
  }
}
