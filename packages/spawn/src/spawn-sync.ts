import {
  BlockingLoop,
  type Child,
  type ErrnoName,
  errnoName,
  errnoNumber,
  launch,
  SyscallError,
} from '@ns/syscalls'
import { checkBytes, invalidType } from './arguments.ts'
import { contributionsOf } from './namespaces.ts'
import { startError } from './node-error.ts'
import { type Call, checkCall, type SpawnOptions, splitArguments } from './options.ts'
import { openStdio, type Stdio } from './stdio.ts'
import { pump, type SyncPipes } from './sync-pipes.ts'

/** As much as a program may write to all its pipes, in bytes: Node's. */
const MAX_BUFFER = 1024 * 1024

/** Options of `spawnSync`: those of Node's with its meaning, and `namespaces`. */
export interface SpawnSyncOptions extends SpawnOptions {
  /** What the program reads from its stdin; it is at its end then. @default nothing */
  readonly input?: string | NodeJS.ArrayBufferView | undefined
  /** Bytes of all output: a program that writes more is ended. @default 1 MiB */
  readonly maxBuffer?: number | undefined
  /** Of the output. @default 'buffer' */
  readonly encoding?: BufferEncoding | 'buffer' | null | undefined
}

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

/**
 * Runs a program to its end while this thread waits: no other JavaScript runs. A start that takes the parent's part
 * asynchronously (`newuidmap`) is refused by name.
 *
 * @throws {TypeError} with Node's codes, {NamespaceError} `ERR_NS_INVALID_OPTION`: a mistake of the caller
 * @see child_process.spawnSync
 */
export function spawnSync(
  file: string,
  args: readonly string[] | null | undefined,
  options: SpawnSyncOptions & { readonly encoding: BufferEncoding },
): SpawnSyncResult<string>
export function spawnSync(
  file: string,
  args?: readonly string[] | null,
  options?: SpawnSyncOptions & { readonly encoding?: 'buffer' | null | undefined },
): SpawnSyncResult<Buffer>
export function spawnSync(
  file: string,
  options: SpawnSyncOptions & { readonly encoding: BufferEncoding },
): SpawnSyncResult<string>
export function spawnSync(
  file: string,
  options: SpawnSyncOptions & { readonly encoding?: 'buffer' | null | undefined },
): SpawnSyncResult<Buffer>
export function spawnSync(
  file: string,
  args?: readonly string[] | null,
  options?: SpawnSyncOptions,
): SpawnSyncResult
export function spawnSync(file: string, second?: unknown, third?: unknown): SpawnSyncResult {
  const { args, options } = splitArguments<SpawnSyncOptions>(second, third)
  const call = checkCall(file, args, options)
  const contributions = contributionsOf(options.namespaces)
  const most = checkBytes('options.maxBuffer', options.maxBuffer) ?? MAX_BUFFER
  const input = bytesOf(options)
  const loop = new BlockingLoop()
  let stdio: Stdio | undefined
  let child: Child
  try {
    stdio = openStdio(options.stdio)
    const command = { ...call.command, fds: stdio.fds }
    child = launch(contributions, command, { startTimeout: call.startTimeout, loop })
  } catch (error) {
    if (stdio) pump(loop, stdio.ends, input, nothing, nothing).close()
    if (!(error instanceof SyscallError) && isMistake(error)) throw error
    return notStarted(startError(error, 'spawnSync', call, contributions.length > 0))
  } finally {
    stdio?.release()
  }
  let limit: ErrnoName | undefined
  let length = 0
  const stop = (errno: ErrnoName) => {
    if (limit !== undefined) return
    limit = errno
    child.kill(call.killSignal)
    pipes.close()
  }
  const count = (bytes: number) => {
    length += bytes
    if (length > most) stop('ENOBUFS')
  }
  const pipes: SyncPipes = pump(loop, stdio.ends, input, count, (errno) => {
    limit ??= errnoName(errno) as ErrnoName // it has not read all that it was given
  })
  if (call.timeout) loop.after(call.timeout, () => stop('ETIMEDOUT'))
  loop.run(() => child.ended !== undefined && pipes.isOver())
  const ended = child.ended as NonNullable<typeof child.ended>
  if (!ended.exit) {
    if (isMistake(ended.error)) throw ended.error
    return notStarted(startError(ended.error, 'spawnSync', call, contributions.length > 0))
  }
  const { exitCode: status, signalCode: signal } = ended.exit
  const output = pipes.output.map((chunks) => chunks && decode(Buffer.concat(chunks), options))
  const result = { pid: child.pid, output, stdout: output[1], stderr: output[2], status, signal }
  return (limit ? { error: limitError(limit, call), ...result } : result) as SpawnSyncResult
}

const nothing = () => {}

/** An option that contradicts another, or that a start which blocks can't have: not a failure of the start. */
function isMistake(error: unknown): boolean {
  return (
    (error as NodeJS.ErrnoException).code?.startsWith('ERR_') === true &&
    !/^ERR_NS_(?!INVALID_OPTION)/.test((error as NodeJS.ErrnoException).code ?? '')
  )
}

function notStarted(error: Error): SpawnSyncResult {
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

function bytesOf({ input, encoding }: SpawnSyncOptions): Uint8Array {
  if (!input) return new Uint8Array()
  if (typeof input === 'string') return Buffer.from(input, encoding as BufferEncoding)
  if (!ArrayBuffer.isView(input))
    throw invalidType('options.stdio[0]', 'a string, a Buffer, a TypedArray or a DataView', input)
  return new Uint8Array(input.buffer, input.byteOffset, input.byteLength)
}

function decode(bytes: Buffer, { encoding }: SpawnSyncOptions): string | Buffer {
  return encoding && encoding !== 'buffer' ? bytes.toString(encoding) : bytes
}
