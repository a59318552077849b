import { type ErrnoName, type Exit, errnoNumber } from '@ns/syscalls'
import type { Call } from './call.ts'
import { isMistake, startError } from './node-error.ts'
import type { SpawnSyncOptions } from './spawn-sync.ts'
import type { SyncPipes } from './sync-pipes.ts'

/** What a program left: Node's object. */
export interface SpawnSyncResult<Output extends string | Buffer = string | Buffer> {
  readonly pid: number
  /** Index: the program's fd; null where it wrote to no pipe of ours. */
  readonly output: (Output | null)[]
  readonly stdout: Output
  readonly stderr: Output
  /** The exit code; null when a signal ended it, or nothing was started. */
  readonly status: number | null
  readonly signal: NodeJS.Signals | null
  /** Why nothing was started; the limit for which it was ended: `ETIMEDOUT`, `ENOBUFS`; `EPIPE`: it left input unread. */
  readonly error?: Error
}

/** What is known of a program that ran. */
interface Ended {
  readonly pid: number
  readonly exit: Exit
  readonly output: SyncPipes['output']
  readonly limit: ErrnoName | undefined
}

/** Of a program that ran. */
export function ended(
  { pid, exit, output, limit }: Ended,
  call: Call<SpawnSyncOptions>,
): SpawnSyncResult {
  const texts = output.map((chunks) => chunks && decode(Buffer.concat(chunks), call.options))
  const [, stdout, stderr] = texts
  const { exitCode: status, signalCode: signal } = exit
  const result = { pid, output: texts, stdout, stderr, status, signal }
  return (limit ? { error: limitError(limit, call), ...result } : result) as SpawnSyncResult
}

/**
 * Of one that was not started.
 *
 * @throws the error itself where it is a mistake of the caller
 */
export function notStarted(reason: unknown, call: Call): SpawnSyncResult {
  if (isMistake(reason)) throw reason
  const error = startError(reason, 'spawnSync', call)
  const none = { pid: 0, output: null, stdout: undefined, stderr: undefined }
  return { error, status: null, signal: null, ...none } as unknown as SpawnSyncResult
}

function limitError(code: ErrnoName, { command }: Call): Error {
  const syscall = `spawnSync ${command.file}`
  return Object.assign(new Error(`${syscall} ${code}`), {
    errno: -errnoNumber(code),
    code,
    syscall,
    path: command.file,
    spawnargs: [...(command.args ?? [])],
  })
}

function decode(bytes: Buffer, { encoding }: SpawnSyncOptions): string | Buffer {
  return encoding && encoding !== 'buffer' ? bytes.toString(encoding) : bytes
}
