import { isMainThread } from 'node:worker_threads'
import { type Code, library, type Word } from '../ffi/library.ts'
import { type SyscallName, syscallNumber } from '../kernel/numbers.ts'
import { ledger } from '../program/machine-code.generated.ts'

// A Worker can be terminated at any time, and runs no JavaScript afterwards. What it owns is recorded by the calls that
// make it, and is seen to when its thread ends: native/ledger.c. The main thread needs none, as the process ends with it.

/** `enum kind` of native/ledger.h: what becomes of an fd when its thread ends. */
export const KIND = {
  /** Nothing: it is somebody else's. */
  free: 0,
  /** It is closed. */
  opened: 1,
  /** A pidfd: the process is killed, reaped, and the fd closed. */
  launcher: 2,
  /** A pidfd: it is closed when the process has ended and was reaped. */
  child: 3,
  /** It is closed when the other end is. */
  lifeline: 4,
} as const

/** `LEDGER_…` of native/ledger.h. */
export const CALL = { begin: 0, open: 1, close: 2, mark: 3, start: 4, watch: 5 } as const

/** `sizeof(struct ledger)` */
export const LEDGER_SIZE: number = 40 + (1 << 20) * (24 + 8)

interface Ledger {
  readonly code: Code
  readonly address: bigint
}

let own: Ledger | undefined

/** This Worker's; undefined in the main thread. */
function ownLedger(): Ledger | undefined {
  if (own || isMainThread) return own
  const code = library().code(Buffer.from(ledger[process.arch as 'x64' | 'arm64'], 'base64'))
  const address = library().map(LEDGER_SIZE)
  const functions = [
    'pthread_create',
    'pthread_detach',
    'pthread_key_delete',
    'pthread_key_create',
    'pthread_setspecific',
  ].map((name) => library().symbol(name))
  // No key is left where very many Workers run at once (PTHREAD_KEYS_MAX): they leave what they own until the process ends.
  code.call(address, CALL.begin, ...functions)
  own = { code, address }
  return own
}

/** `attempt` of a call that makes fds: by its result, `socketpair`, or `recvmsg` with one in its control message. */
export function opening(name: SyscallName, ...words: Word[]): number {
  const number = syscallNumber(name)
  const mine = ownLedger()
  return mine
    ? mine.code.call(mine.address, CALL.open, number, ...words)
    : library().syscall(number, words)
}

/** `attempt('close', fd)` */
export function closing(fd: number): number {
  const mine = ownLedger()
  return mine
    ? mine.code.call(mine.address, CALL.close, fd)
    : library().syscall(syscallNumber('close'), [fd])
}

/** Says what becomes of an fd of ours when this thread ends. */
export function mark(fd: number, kind: (typeof KIND)[keyof typeof KIND]): void {
  const mine = ownLedger()
  mine?.code.call(mine.address, CALL.mark, fd, kind)
}

/** Calls the stub with a request, and records the pidfd that it leaves there. */
export function callRecorded(
  stub: Code,
  request: Uint8Array,
  kind: typeof KIND.child | typeof KIND.launcher,
): number {
  const mine = ownLedger()
  return mine
    ? mine.code.call(mine.address, CALL.start, stub.address, request, kind)
    : stub.call(request)
}

/**
 * Starts a thread that writes a byte to a socket whenever an epoll fd has something, and waits for one back; it ends, and
 * closes the socket, with the other end. `undefined` in the main thread, which watches by itself.
 *
 * @returns 0, or a negative errno
 */
export function startWatching(epoll: number, socket: number): number | undefined {
  const mine = ownLedger()
  return mine?.code.call(mine.address, CALL.watch, epoll, socket)
}
